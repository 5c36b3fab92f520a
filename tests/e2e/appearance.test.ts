/** How a room looks and sounds: in both languages and themes, at every width, to a screen reader and to axe-core. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violationsOn } from '../support/axe.ts';
import {
  adminsDevice,
  choose,
  deviceWith,
  dialogOf,
  hasFocus,
  messageOf,
  openMessageMenu,
  openPersonMenu,
  openRoomMenu,
  shut,
  sidewaysOn,
} from '../support/in-room.ts';
import { callAt, makeRoomAt, postAt } from '../support/rest.ts';
import { isLive, say, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const english: BrowserContextOptions = { locale: 'en-GB' };

/** A room in which every kind of message stands, and something was done to keep order. */
async function makeFullRoom(): Promise<string> {
  const link = await makeRoomAt(windows.origin);
  const change = (method: string, path: string, body: object) =>
    callAt(windows.origin, method, `/chat/${link}${path}`, body);
  const first = await postAt(windows.origin, link, 'はるか', '今日はありがとうございました。', {
    adminToken: 'admin-secret',
  });
  await postAt(windows.origin, link, 'はるか', '次回は https://example.com/nishijin のあたりです。', {
    adminToken: 'admin-secret',
  });
  await postAt(windows.origin, link, 'kenji_w', '承知しました @はるか', { replyTo: first });
  await postAt(windows.origin, link, 'kenji_w', '```\nconst seats = 8;\n```');
  const edited = await postAt(windows.origin, link, 'mugi', '書き損じ');
  await change('PUT', `/messages/${edited}`, { token: 'mugi', text: '直しました' });
  const gone = await postAt(windows.origin, link, 'mugi', '消します');
  await change('DELETE', `/messages/${gone}`, { token: 'mugi' });
  return link;
}

/** Goes through all that opens over a room, for whoever is its admin. `see` looks at each. */
async function walkThrough(page: Page, see: (what: string) => Promise<void>): Promise<void> {
  const look = async (what: string, open: () => Promise<unknown>) => {
    await open();
    await dialogOf(page).waitFor();
    await see(what);
    await shut(page);
  };
  await see('room');
  await look('room menu', () => openRoomMenu(page));
  await look('share', () => page.locator('.room-share').click());
  await look('person or people', async () => {
    if (await page.locator('.people').isVisible()) await openPersonMenu(page, 'ソラ');
    else await page.locator('.room-count').click();
  });
  await look('message menu', () => openMessageMenu(page, '直しました'));
  await look('person menu', async () => {
    await messageOf(page, 'const seats').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'kenji_w', exact: true }).first().click();
  });
  await look('ban', async () => {
    await page.getByRole('button', { name: 'kenji_w', exact: true }).first().click();
    await dialogOf(page)
      .getByRole('button', { name: /^(入室禁止にする|Ban)/ })
      .click();
    await dialogOf(page).locator('#question').waitFor();
  });
  await look('report', async () => {
    await (await openMessageMenu(page, '直しました')).getByRole('button', { name: /^(報告|Report)$/ }).click();
    await dialogOf(page).locator('#question').waitFor();
  });
  await look('delete message', async () => {
    await (await openMessageMenu(page, '直しました')).getByRole('button', { name: /^(削除|Delete)$/ }).click();
    await dialogOf(page).locator('#question').waitFor();
  });
  await look('stamps', async () => {
    await messageOf(page, '直しました').focus();
    await messageOf(page, '直しました')
      .getByRole('button', { name: /^(リアクション|Reaction)$/ })
      .press('Enter');
  });
  await look('details', async () => {
    await choose(page, /^(タイトルと説明を編集|Edit title)/);
    await dialogOf(page).getByRole('checkbox').check();
  });
  await look('records', async () => {
    await choose(page, /^(管理ログ|Moderation log)$/);
    await dialogOf(page).locator('.moderation-entry').first().waitFor();
  });
  await look('search', async () => {
    await choose(page, /^(部屋の中を検索|Search the room)$/);
    await dialogOf(page).locator('input').fill('西陣');
    await dialogOf(page).locator('output', { hasText: /./ }).waitFor();
    await dialogOf(page).locator('input').fill('承知');
    await dialogOf(page).locator('mark').waitFor();
  });
  await look('delete room', () => choose(page, /^(部屋を削除|Delete room)$/));
}

/** A window of the room's admin, with something of one's own in it, and something in the log of keeping order. */
async function enterFullRoom(options: BrowserContextOptions = {}): Promise<Page> {
  const link = await makeFullRoom();
  const page = await windows.enter(link, { ...adminsDevice(windows.origin, link, 'ソラ'), ...options });
  await say(page, '予約しておきます');
  await page.locator('.send-status').first().waitFor();
  await (await openMessageMenu(page, '直しました')).locator('.reaction-picker button').nth(1).click();
  await page.locator('.reaction').waitFor();
  const step = (await openRoomMenu(page)).locator('.segmented button').nth(1);
  await step.click();
  await expect.poll(() => step.getAttribute('aria-pressed')).toBe('true');
  await shut(page);
  return page;
}

const looks: [string, BrowserContextOptions][] = [
  ['ja, light, wide', {}],
  ['en, dark, wide', { ...english, colorScheme: 'dark' }],
  ['ja, dark, phone', { ...phone, colorScheme: 'dark' }],
  ['en, light, phone', { ...phone, ...english }],
];

describe('axe-core', () => {
  it.each(looks)(
    'finds nothing wrong with a room and all that opens over it: %s',
    { timeout: 180_000 },
    async (_, options) => {
      const page = await enterFullRoom({ ...options, reducedMotion: 'reduce' });
      const found: Record<string, string[]> = {};
      await walkThrough(page, async (what) => {
        const violations = await violationsOn(page);
        if (violations.length > 0) found[what] = violations;
      });
      expect(found).toEqual({});
    },
  );

  it.each(looks)('finds nothing wrong with where a room stops: %s', async (_, options) => {
    const page = await windows.open('/chat/nobodys-room/', options);
    await page.locator('.unavailable').waitFor();
    expect(await violationsOn(page)).toEqual([]);
    const link = await makeRoomAt(windows.origin);
    await callAt(windows.origin, 'PUT', '/chat/update', {
      token: 'admin-secret',
      link,
      content: { joinKey: 'open-sesame' },
    });
    await page.goto(`${windows.origin}/chat/${link}/#key=wrong-key`);
    await page.locator('#key-problem:not(:empty)').waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });
});

describe('the log to a screen reader', () => {
  it('tells of what is added, is silent while history loads, and leaves the rest to a status', async () => {
    const link = await makeRoomAt(windows.origin);
    for (let turn = 1; turn <= 60; turn++) await postAt(windows.origin, link, 'mugi', `${turn}`);
    const page = await windows.open('/');
    let letIn = () => {};
    const isLetIn = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const room = socket.connectToServer();
      socket.onMessage(async (message) => {
        await isLetIn;
        room.send(message);
      });
    });
    await page.goto(`${windows.origin}/chat/${link}/`);
    const log = page.getByRole('log');
    await log.waitFor();
    expect(await log.getAttribute('aria-live')).toBe('off');
    letIn();
    await isLive(page);
    await expect.poll(() => log.getAttribute('aria-live')).toBe('polite');
    // Texts that change, such as a count of readers, are no news.
    expect(await log.getAttribute('aria-relevant')).toBe('additions');
    expect(await log.getByRole('status').count()).toBe(0);
    const heard = page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const scroller = document.querySelector('[role=log]');
          const live: string[] = [];
          new MutationObserver((records) => {
            for (const { type, target } of records) {
              const value = (target as Element).getAttribute?.('aria-live') ?? '';
              live.push(type === 'attributes' ? value : 'added');
            }
            if (live.at(-1) === 'polite') resolve(live);
          }).observe(scroller as Element, { attributeFilter: ['aria-live'], childList: true, subtree: true });
          scroller?.scrollTo(0, 0);
        }),
    );
    const order = await heard;
    expect(order[0]).toBe('off');
    expect(order).toContain('added');
  });
});

/** What can be pressed on the screen, and is smaller than a finger can hit. */
const smallTargets = (page: Page, least: number, selector: string) =>
  page.evaluate(
    ({ pixels, what }) =>
      [...document.querySelectorAll<HTMLElement>(what)]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map((element) => ({ element, box: (element.closest('label') ?? element).getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < pixels - 0.01 || box.height < pixels - 0.01))
        .map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${box.width}×${box.height}`),
    { pixels: least, what: selector },
  );

/** Fields whose text is so small that a phone would zoom in. */
const smallFields = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('input:not([type=checkbox]), textarea')]
      .filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
      .map((field) => field.outerHTML.slice(0, 80)),
  );

describe('at every width', () => {
  it.each([320, 360, 768, 1_280, 1_680])(
    'nothing scrolls sideways, and all can be hit: %s',
    { timeout: 120_000 },
    async (width) => {
      const page = await enterFullRoom({ viewport: { width, height: 740 }, reducedMotion: 'reduce' });
      const wrong: Record<string, unknown> = {};
      await walkThrough(page, async (what) => {
        const sideways = await sidewaysOn(page);
        const small = await smallTargets(page, 24, 'button, input, select, textarea, a.button');
        const fields = await smallFields(page);
        if (sideways > 0 || small.length + fields.length > 0) wrong[what] = { sideways, small, fields };
      });
      expect(wrong).toEqual({});
    },
  );

  it('main actions are 44 pixels for a finger', async () => {
    const page = await enterFullRoom({ ...phone, reducedMotion: 'reduce' });
    const wrong: Record<string, string[]> = {};
    await walkThrough(page, async (what) => {
      const small = await smallTargets(page, 44, '.is-primary, .room-back, .room-actions button, .menu .menu-item');
      if (small.length > 0) wrong[what] = small;
    });
    expect(wrong).toEqual({});
  });

  it('above a keyboard the composer and some of the log are there', async () => {
    const link = await makeFullRoom();
    const page = await windows.enter(link, {
      ...deviceWith(windows.origin, { name: 'ソラ' }),
      viewport: { width: 360, height: 320 },
    });
    const isIn = async (part: Locator) => {
      const box = await part.boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= 320;
    };
    expect(await isIn(page.locator('textarea'))).toBe(true);
    expect(await isIn(page.getByRole('button', { name: '送信' }))).toBe(true);
    expect((await page.getByRole('log').boundingBox())?.height).toBeGreaterThan(120);
    expect((await page.locator('.room-header').boundingBox())?.height).toBeLessThanOrEqual(48);
    // One that is laid over the page instead makes the page no smaller, but says so.
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => {
      Object.defineProperty(visualViewport, 'height', { value: 320 });
      visualViewport?.dispatchEvent(new Event('resize'));
    });
    await expect.poll(() => isIn(page.locator('textarea'))).toBe(true);
    expect((await page.locator('.room-header').boundingBox())?.height).toBeLessThanOrEqual(48);
  });
});

describe('the language', () => {
  it('is the one in the address, and all of the room is in it', { timeout: 120_000 }, async () => {
    const link = await makeRoomAt(windows.origin);
    await callAt(windows.origin, 'PUT', '/chat/update', {
      token: 'admin-secret',
      link,
      content: { title: '123', about: '' },
    });
    await postAt(windows.origin, link, '456', '789');
    const page = await windows.open(`/chat/${link}/?lang=en`, adminsDevice(windows.origin, link, '000'));
    await isLive(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    const japanese = /[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u;
    const heard = async () => {
      const texts = await page.evaluate(() => {
        const labels = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((element) =>
          ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
        );
        return [document.body.innerText, ...labels].join('\n');
      });
      // The switch is in the language to which it leads.
      return texts.replace(/日本語|言語/g, '');
    };
    expect(await heard()).not.toMatch(japanese);
    await openRoomMenu(page);
    expect(await heard()).not.toMatch(japanese);
    await dialogOf(page)
      .getByRole('button', { name: /Language/ })
      .click();
    await dialogOf(page).getByText('部屋の中を検索').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    expect(new URL(page.url()).search).toBe('');
    expect((await heard()).replace(/Flexio Chat|Enter|Ctrl|NDJSON|English|Language|http\S+|room-\S+/g, '')).not.toMatch(
      /[A-Za-z]{5}/,
    );
    await page.reload();
    await isLive(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  });

  it('of what the service refuses is the page’s too', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link, { ...adminsDevice(windows.origin, link) });
    await say(page, 'あ');
    await page.locator('.send-status').first().waitFor();
    // Each is what the service really says (shared/failures.ts).
    const refusals = [
      'Muted',
      'Locked: Only moderators can post right now',
      'Banned',
      'Message not found',
      'Forbidden: Only moderators may do this',
      'Forbidden: Not your message',
      'Forbidden: Their role is equal to or higher than yours',
      'Unauthorized: A token is required',
      'Conflict: clientId was used for another message',
      'Invalid fields: text must not be blank',
      'Participant not found',
      'Chat not found',
    ];
    const other = await windows.open('/');
    let next = '';
    await other.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const frame = JSON.parse(String(message)) as { type: string; ref?: string };
        if (frame.type !== 'send') return server.send(message);
        socket.send(JSON.stringify({ type: 'error', ref: frame.ref, statusCode: 403, error: next }));
      });
    });
    await other.goto(`${windows.origin}/chat/${link}/`);
    await isLive(other);
    for (const [turn, refusal] of refusals.entries()) {
      next = refusal;
      await say(other, `${turn}`);
      const failed = other.locator('[data-state=failed]').nth(turn);
      await failed.waitFor();
      expect(await failed.getByRole('alert').innerText()).not.toMatch(/[A-Za-z]/);
    }
  });
});

describe('the theme', () => {
  const paper = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  it('is the system’s until one is chosen, which lasts', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link, { colorScheme: 'light' });
    const light = await paper(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await paper(page);
    expect(dark).not.toBe(light);
    const menu = await openRoomMenu(page);
    const button = menu.getByRole('button', { name: /^テーマ/ });
    await button.click();
    await button.getByText('ライト').waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    expect(await paper(page)).toBe(light);
    await page.reload();
    await isLive(page);
    expect(await paper(page)).toBe(light);
    const again = (await openRoomMenu(page)).getByRole('button', { name: /^テーマ/ });
    await again.click();
    await again.getByText('ダーク').waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await paper(page)).toBe(dark);
    await again.click();
    await again.getByText('端末に合わせる').waitFor();
    expect(await paper(page)).toBe(light);
  });

  it('moves nothing where less motion is wanted', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link, { ...phone, reducedMotion: 'reduce' });
    await openRoomMenu(page);
    const moving = await page.evaluate(() => {
      const lasts = (time: string) => time.split(', ').some((one) => Number.parseFloat(one) > 0);
      return [...document.querySelectorAll('*')]
        .map((element) => ({ element, style: getComputedStyle(element) }))
        .filter(({ style }) => style.animationName !== 'none' || lasts(style.transitionDuration))
        .map(({ element }) => element.outerHTML.slice(0, 60));
    });
    expect(moving).toEqual([]);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });

  it('of the system’s few colours still tells own, failed and pressed apart', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.open('/', { ...deviceWith(windows.origin, { name: 'ソラ' }), forcedColors: 'active' });
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const frame = JSON.parse(String(message)) as { ref?: string; text?: string };
        if (frame.text !== 'no') return server.send(message);
        socket.send(JSON.stringify({ type: 'error', ref: frame.ref, statusCode: 403, error: 'Muted' }));
      });
    });
    await page.goto(`${windows.origin}/chat/${link}/`);
    await isLive(page);
    await postAt(windows.origin, link, 'mugi', 'hello');
    await say(page, 'yes');
    await messageOf(page, 'yes').waitFor();
    await say(page, 'no');
    await page.locator('[data-state=failed]').waitFor();
    const axis = (line: Locator) => line.evaluate((element) => getComputedStyle(element, '::before').backgroundColor);
    const [own, failed] = [await axis(messageOf(page, 'yes')), await axis(page.locator('[data-state=failed]'))];
    expect(own).not.toBe(failed);
    expect(await messageOf(page, 'hello').evaluate((line) => getComputedStyle(line, '::before').content)).toBe('none');
    const menu = await openRoomMenu(page);
    await menu.waitFor();
    await shut(page);
    const stamped = await openMessageMenu(page, 'hello');
    await stamped.getByRole('button', { name: 'いいね' }).click();
    const stamp = page.getByRole('button', { name: 'いいね 1' });
    await stamp.waitFor();
    await expect.poll(() => stamp.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
  });
});

describe('who is here', () => {
  it('is told by name, role and short id, and by what they do', async () => {
    const link = await makeRoomAt(windows.origin);
    const admin = await windows.enter(link, adminsDevice(windows.origin, link));
    const member = await windows.enter(link, deviceWith(windows.origin, { name: 'はるか' }));
    const people = admin.locator('.person');
    await people.nth(1).waitFor();
    await people.filter({ hasText: '管理者' }).getByText('自分').waitFor();
    const ids = await admin.locator('.person .short-id').allInnerTexts();
    expect(ids.every((id) => /^\w{4}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(2);
    const other = people.filter({ hasNotText: '自分' });
    await member.locator('textarea').pressSequentially('か');
    await other.getByText('入力中').waitFor();
    await say(member, '書きました');
    const said = messageOf(admin, '書きました');
    expect(await said.locator('.short-id').innerText()).toBe(await other.locator('.short-id').innerText());

    await other.getByRole('button').click();
    await dialogOf(admin).getByRole('button', { name: '非表示にする' }).click();
    await admin.getByText('非表示にした人のメッセージ').waitFor();
    await other.getByText('非表示').waitFor();
    await admin.reload();
    await isLive(admin);
    await admin.getByText('非表示にした人のメッセージ').waitFor();
    expect(await messageOf(member, '書きました').count()).toBe(1);
    await other.getByRole('button').click();
    await dialogOf(admin).getByRole('button', { name: '再表示する' }).click();
    await messageOf(admin, '書きました').waitFor();
  });

  it('stands beside the log or in a sheet, and the focus returns to the count', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link);
    const count = page.locator('.room-count');
    await page.locator('.people').getByRole('button', { name: '閉じる' }).click();
    await page.locator('.people').waitFor({ state: 'detached' });
    expect(await hasFocus(count)).toBe(true);
    expect(await count.getAttribute('aria-expanded')).toBe('false');
    await count.click();
    await page.locator('.people').waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator('.people').waitFor({ state: 'detached' });
    await count.click();
    await dialogOf(page).getByRole('heading', { name: 'いま1人' }).waitFor();
    await shut(page);
    expect(await hasFocus(count)).toBe(true);
  });
});
