/** Appearance and accessibility of the room page: languages, themes, widths, screen readers, and axe-core. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violationsOn } from '../support/axe.ts';
import { BrowserWindows, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { callAt, makeRoomAt, postAt } from '../support/rest.ts';
import {
  adminDevice,
  chooseFromRoomMenu,
  closeDialog,
  deviceWithStorage,
  dialogOf,
  hasFocus,
  horizontalOverflow,
  messageOf,
  openMessageMenu,
  openPersonMenu,
  openRoomMenu,
} from '../support/room-page.ts';

const windows = BrowserWindows.forTestFile();

const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const english: BrowserContextOptions = { locale: 'en-GB' };

/** Creates a room with every kind of message. @returns its link */
async function createFullRoom(): Promise<string> {
  const link = await makeRoomAt(windows.origin);
  const call = (method: string, path: string, body: object) =>
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
  await call('PUT', `/messages/${edited}`, { token: 'mugi', text: '直しました' });
  const deleted = await postAt(windows.origin, link, 'mugi', '消します');
  await call('DELETE', `/messages/${deleted}`, { token: 'mugi' });
  return link;
}

/** Opens every menu and dialog of a room, as its admin, and calls `inspect` for each. */
async function visitDialogs(page: Page, inspect: (what: string) => Promise<void>): Promise<void> {
  const visit = async (what: string, open: () => Promise<unknown>) => {
    await open();
    await dialogOf(page).waitFor();
    await inspect(what);
    await closeDialog(page);
  };
  await inspect('room');
  await visit('room menu', () => openRoomMenu(page));
  await visit('share', () => page.locator('.room-share').click());
  await visit('person or people', async () => {
    if (await page.locator('.people').isVisible()) await openPersonMenu(page, 'ソラ');
    else await page.locator('.room-count').click();
  });
  await visit('message menu', () => openMessageMenu(page, '直しました'));
  await visit('person menu', async () => {
    await messageOf(page, 'const seats').scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'kenji_w', exact: true }).first().click();
  });
  await visit('ban', async () => {
    await page.getByRole('button', { name: 'kenji_w', exact: true }).first().click();
    await dialogOf(page)
      .getByRole('button', { name: /^(入室禁止にする|Ban)/ })
      .click();
    await dialogOf(page).locator('#question').waitFor();
  });
  await visit('report', async () => {
    await (await openMessageMenu(page, '直しました')).getByRole('button', { name: /^(報告|Report)$/ }).click();
    await dialogOf(page).locator('#question').waitFor();
  });
  await visit('delete message', async () => {
    await (await openMessageMenu(page, '直しました')).getByRole('button', { name: /^(削除|Delete)$/ }).click();
    await dialogOf(page).locator('#question').waitFor();
  });
  await visit('reactions', async () => {
    await messageOf(page, '直しました').focus();
    await messageOf(page, '直しました')
      .getByRole('button', { name: /^(リアクション|Reaction)$/ })
      .press('Enter');
  });
  await visit('details', async () => {
    await chooseFromRoomMenu(page, /^(タイトルと説明を編集|Edit title)/);
    await dialogOf(page).getByRole('checkbox').check();
  });
  await visit('moderation log', async () => {
    await chooseFromRoomMenu(page, /^(管理ログ|Moderation log)$/);
    await dialogOf(page).locator('.moderation-entry').first().waitFor();
  });
  await visit('search', async () => {
    await chooseFromRoomMenu(page, /^(部屋の中を検索|Search the room)$/);
    await dialogOf(page).locator('input').fill('西陣');
    await dialogOf(page).locator('output', { hasText: /./ }).waitFor();
    await dialogOf(page).locator('input').fill('承知');
    await dialogOf(page).locator('mark').waitFor();
  });
  await visit('delete room', () => chooseFromRoomMenu(page, /^(部屋を削除|Delete room)$/));
}

/** Opens a window as the admin of that room, and adds an own message, a reaction and a moderation entry. */
async function openFullRoom(options: BrowserContextOptions = {}): Promise<Page> {
  const link = await createFullRoom();
  const page = await windows.openRoom(link, { ...adminDevice(windows.origin, link, 'ソラ'), ...options });
  await sendMessage(page, '予約しておきます');
  await page.locator('.send-status').first().waitFor();
  await (await openMessageMenu(page, '直しました')).locator('.reaction-picker button').nth(1).click();
  await page.locator('.reaction').waitFor();
  const step = (await openRoomMenu(page)).locator('.segmented button').nth(1);
  await step.click();
  await expect.poll(() => step.getAttribute('aria-pressed')).toBe('true');
  await closeDialog(page);
  return page;
}

const variants: [string, BrowserContextOptions][] = [
  ['ja, light, wide', {}],
  ['en, dark, wide', { ...english, colorScheme: 'dark' }],
  ['ja, dark, phone', { ...phone, colorScheme: 'dark' }],
  ['en, light, phone', { ...phone, ...english }],
];

describe('axe-core', () => {
  it.each(variants)(
    'finds no violations in a room and its menus and dialogs: %s',
    { timeout: 180_000 },
    async (_, options) => {
      const page = await openFullRoom({ ...options, reducedMotion: 'reduce' });
      const found: Record<string, string[]> = {};
      await visitDialogs(page, async (what) => {
        const violations = await violationsOn(page);
        if (violations.length > 0) found[what] = violations;
      });
      expect(found).toEqual({});
    },
  );

  it.each(variants)('finds no violations in a room that does not exist or requires a key: %s', async (_, options) => {
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

describe('the log in a screen reader', () => {
  it('announces new messages, is silent while history loads, and leaves other changes to a status', async () => {
    const link = await makeRoomAt(windows.origin);
    for (let turn = 1; turn <= 60; turn++) await postAt(windows.origin, link, 'mugi', `${turn}`);
    const page = await windows.open('/');
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const room = socket.connectToServer();
      socket.onMessage(async (message) => {
        await released;
        room.send(message);
      });
    });
    await page.goto(`${windows.origin}/chat/${link}/`);
    const log = page.getByRole('log');
    await log.waitFor();
    expect(await log.getAttribute('aria-live')).toBe('off');
    release();
    await waitUntilLive(page);
    await expect.poll(() => log.getAttribute('aria-live')).toBe('polite');
    // Changed texts, such as the number of readers, are not announced.
    expect(await log.getAttribute('aria-relevant')).toBe('additions');
    expect(await log.getByRole('status').count()).toBe(0);
    const recorded = page.evaluate(
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
    const order = await recorded;
    expect(order[0]).toBe('off');
    expect(order).toContain('added');
  });
});

/** @returns the visible controls that are narrower or lower than that many pixels */
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

/** @returns the fields with text under 16 pixels, at which a phone zooms in */
const smallFields = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('input:not([type=checkbox]), textarea')]
      .filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16)
      .map((field) => field.outerHTML.slice(0, 80)),
  );

describe('at every width', () => {
  it.each([320, 360, 768, 1_280, 1_680])(
    'nothing scrolls horizontally, and controls are large enough: %s',
    { timeout: 120_000 },
    async (width) => {
      const page = await openFullRoom({ viewport: { width, height: 740 }, reducedMotion: 'reduce' });
      const wrong: Record<string, unknown> = {};
      await visitDialogs(page, async (what) => {
        const overflow = await horizontalOverflow(page);
        const small = await smallTargets(page, 24, 'button, input, select, textarea, a.button');
        const fields = await smallFields(page);
        if (overflow > 0 || small.length + fields.length > 0) wrong[what] = { overflow, small, fields };
      });
      expect(wrong).toEqual({});
    },
  );

  it('main actions are at least 44 pixels on a phone', async () => {
    const page = await openFullRoom({ ...phone, reducedMotion: 'reduce' });
    const wrong: Record<string, string[]> = {};
    await visitDialogs(page, async (what) => {
      const small = await smallTargets(page, 44, '.is-primary, .room-back, .room-actions button, .menu .menu-item');
      if (small.length > 0) wrong[what] = small;
    });
    expect(wrong).toEqual({});
  });

  it('the composer and part of the log stay visible above an on-screen keyboard', async () => {
    const link = await createFullRoom();
    const page = await windows.openRoom(link, {
      ...deviceWithStorage(windows.origin, { name: 'ソラ' }),
      viewport: { width: 360, height: 320 },
    });
    const isInView = async (part: Locator) => {
      const box = await part.boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= 320;
    };
    expect(await isInView(page.locator('textarea'))).toBe(true);
    expect(await isInView(page.getByRole('button', { name: '送信' }))).toBe(true);
    expect((await page.getByRole('log').boundingBox())?.height).toBeGreaterThan(120);
    expect((await page.locator('.room-header').boundingBox())?.height).toBeLessThanOrEqual(48);
    // A keyboard that overlays the page does not resize the window, only the visual viewport.
    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => {
      Object.defineProperty(visualViewport, 'height', { value: 320 });
      visualViewport?.dispatchEvent(new Event('resize'));
    });
    await expect.poll(() => isInView(page.locator('textarea'))).toBe(true);
    expect((await page.locator('.room-header').boundingBox())?.height).toBeLessThanOrEqual(48);
  });
});

describe('the language', () => {
  it('is the one in the address, for every text of the room', { timeout: 120_000 }, async () => {
    const link = await makeRoomAt(windows.origin);
    await callAt(windows.origin, 'PUT', '/chat/update', {
      token: 'admin-secret',
      link,
      content: { title: '123', about: '' },
    });
    await postAt(windows.origin, link, '456', '789');
    const page = await windows.open(`/chat/${link}/?lang=en`, adminDevice(windows.origin, link, '000'));
    await waitUntilLive(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    const japanese = /[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u;
    const visibleTexts = async () => {
      const texts = await page.evaluate(() => {
        const labels = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((element) =>
          ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''),
        );
        return [document.body.innerText, ...labels].join('\n');
      });
      // The language switch is in the other language.
      return texts.replace(/日本語|言語/g, '');
    };
    expect(await visibleTexts()).not.toMatch(japanese);
    await openRoomMenu(page);
    expect(await visibleTexts()).not.toMatch(japanese);
    await dialogOf(page)
      .getByRole('button', { name: /Language/ })
      .click();
    await dialogOf(page).getByText('部屋の中を検索').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    expect(new URL(page.url()).search).toBe('');
    expect(
      (await visibleTexts()).replace(/Flexio Chat|Enter|Ctrl|NDJSON|English|Language|http\S+|room-\S+/g, ''),
    ).not.toMatch(/[A-Za-z]{5}/);
    await page.reload();
    await waitUntilLive(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
  });

  it('of errors of the service is that of the page', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link, { ...adminDevice(windows.origin, link) });
    await sendMessage(page, 'あ');
    await page.locator('.send-status').first().waitFor();
    // Each is an error text of the service (shared/failures.ts).
    const errorTexts = [
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
    await waitUntilLive(other);
    for (const [turn, errorText] of errorTexts.entries()) {
      next = errorText;
      await sendMessage(other, `${turn}`);
      const failed = other.locator('[data-state=failed]').nth(turn);
      await failed.waitFor();
      expect(await failed.getByRole('alert').innerText()).not.toMatch(/[A-Za-z]/);
    }
  });
});

describe('the theme', () => {
  const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  it('follows the system until one is chosen, which is remembered', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link, { colorScheme: 'light' });
    const light = await background(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background(page);
    expect(dark).not.toBe(light);
    const menu = await openRoomMenu(page);
    const button = menu.getByRole('button', { name: /^テーマ/ });
    await button.click();
    await button.getByText('ライト').waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    expect(await background(page)).toBe(light);
    await page.reload();
    await waitUntilLive(page);
    expect(await background(page)).toBe(light);
    const again = (await openRoomMenu(page)).getByRole('button', { name: /^テーマ/ });
    await again.click();
    await again.getByText('ダーク').waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await background(page)).toBe(dark);
    await again.click();
    await again.getByText('端末に合わせる').waitFor();
    expect(await background(page)).toBe(light);
  });

  it('has no animations if the user prefers reduced motion', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link, { ...phone, reducedMotion: 'reduce' });
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

  it('distinguishes own, failed and pressed with forced colours', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.open('/', {
      ...deviceWithStorage(windows.origin, { name: 'ソラ' }),
      forcedColors: 'active',
    });
    await page.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const frame = JSON.parse(String(message)) as { ref?: string; text?: string };
        if (frame.text !== 'no') return server.send(message);
        socket.send(JSON.stringify({ type: 'error', ref: frame.ref, statusCode: 403, error: 'Muted' }));
      });
    });
    await page.goto(`${windows.origin}/chat/${link}/`);
    await waitUntilLive(page);
    await postAt(windows.origin, link, 'mugi', 'hello');
    await sendMessage(page, 'yes');
    await messageOf(page, 'yes').waitFor();
    await sendMessage(page, 'no');
    await page.locator('[data-state=failed]').waitFor();
    const axisColour = (line: Locator) =>
      line.evaluate((element) => getComputedStyle(element, '::before').backgroundColor);
    const [own, failed] = [
      await axisColour(messageOf(page, 'yes')),
      await axisColour(page.locator('[data-state=failed]')),
    ];
    expect(own).not.toBe(failed);
    expect(await messageOf(page, 'hello').evaluate((line) => getComputedStyle(line, '::before').content)).toBe('none');
    const menu = await openRoomMenu(page);
    await menu.waitFor();
    await closeDialog(page);
    const messageMenu = await openMessageMenu(page, 'hello');
    await messageMenu.getByRole('button', { name: 'いいね' }).click();
    const reaction = page.getByRole('button', { name: 'いいね 1' });
    await reaction.waitFor();
    await expect.poll(() => reaction.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
  });
});

describe('the participant list', () => {
  it('shows names, roles, short ids, typing, and hidden participants', async () => {
    const link = await makeRoomAt(windows.origin);
    const admin = await windows.openRoom(link, adminDevice(windows.origin, link));
    const member = await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'はるか' }));
    const people = admin.locator('.person');
    await people.nth(1).waitFor();
    await people.filter({ hasText: '管理者' }).getByText('自分').waitFor();
    const ids = await admin.locator('.person .short-id').allInnerTexts();
    expect(ids.every((id) => /^\w{4}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(2);
    const other = people.filter({ hasNotText: '自分' });
    await member.locator('textarea').pressSequentially('か');
    await other.getByText('入力中').waitFor();
    await sendMessage(member, '書きました');
    const message = messageOf(admin, '書きました');
    expect(await message.locator('.short-id').innerText()).toBe(await other.locator('.short-id').innerText());

    await other.getByRole('button').click();
    await dialogOf(admin).getByRole('button', { name: '非表示にする' }).click();
    await admin.getByText('非表示にした人のメッセージ').waitFor();
    await other.getByText('非表示').waitFor();
    await admin.reload();
    await waitUntilLive(admin);
    await admin.getByText('非表示にした人のメッセージ').waitFor();
    expect(await messageOf(member, '書きました').count()).toBe(1);
    await other.getByRole('button').click();
    await dialogOf(admin).getByRole('button', { name: '再表示する' }).click();
    await messageOf(admin, '書きました').waitFor();
  });

  it('is beside the log or in a dialog, and returns the focus to its button when closed', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link);
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
    await closeDialog(page);
    expect(await hasFocus(count)).toBe(true);
  });
});
