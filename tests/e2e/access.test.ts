/** Who gets into a room and how: keys and invitations, what is shared, and where it stops. */
import { correction, generate } from 'lean-qr/nano';
import type { Locator, Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { adminsDevice, choose, deviceWith, dialogOf, hasFocus, openRoomMenu, shut } from '../support/in-room.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { isLive, say, shows, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

const key = 'open-sesame';

/** A room that takes a key. */
async function makePrivateRoom(): Promise<string> {
  const link = await makeRoomAt(windows.origin);
  await callAt(windows.origin, 'PUT', '/chat/update', { token: 'admin-secret', link, content: { joinKey: key } });
  return link;
}

async function invite(link: string, seconds?: number): Promise<string> {
  const body = { token: 'admin-secret', ...(seconds !== undefined && { expiresIn: seconds }) };
  const { content } = await callAt<{ invitation: string }>(windows.origin, 'POST', `/chat/${link}/invitations`, body);
  return content.invitation;
}

const isAtTheDoor = (page: Page) => page.getByRole('heading', { name: '招待制の部屋です' }).waitFor();

describe('a private room', () => {
  it('is made so from the menu, which shuts out whoever lacks the key it shows', async () => {
    const link = await makeRoomAt(windows.origin);
    const admin = await windows.enter(link, adminsDevice(windows.origin, link));
    const member = await windows.enter(link, deviceWith(windows.origin, { name: 'mugi' }));
    const form = await choose(admin, 'タイトルと説明を編集');
    await form.getByLabel('招待制にする').check();
    const field = form.getByLabel('部屋の鍵');
    expect(await field.inputValue()).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    await field.fill('short');
    await form.getByText('8文字以上にしてください').waitFor();
    expect(await form.getByRole('button', { name: '保存' }).getAttribute('aria-disabled')).toBe('true');
    await field.fill('nishijin-orimono');
    await form.getByRole('button', { name: '保存' }).click();
    await isAtTheDoor(member);
    await expect.poll(() => dialogOf(admin).count()).toBe(0);

    await member.getByLabel('部屋の鍵').fill('nishijin-orimonx');
    await member.getByRole('button', { name: '入る' }).click();
    await member.getByText('鍵が違います').waitFor();
    // What was written is there to be put right.
    expect(await member.getByLabel('部屋の鍵').inputValue()).toBe('nishijin-orimonx');
    await expect.poll(() => hasFocus(member.getByLabel('部屋の鍵'))).toBe(true);
    await member.keyboard.type('nishijin-orimono');
    await member.keyboard.press('Enter');
    await isLive(member);
    await say(member, '入れました');
    await shows(admin, ['入れました']);
    await member.reload();
    await isLive(member);
    await isLive(admin);
  });

  it('opens again to everyone from the menu, and keeps its key where that is left blank', async () => {
    const link = await makePrivateRoom();
    const admin = await windows.enter(link, adminsDevice(windows.origin, link));
    const box = (form: Locator) => form.getByLabel('招待制にする');
    const first = await choose(admin, 'タイトルと説明を編集');
    await expect.poll(() => box(first).isChecked()).toBe(true);
    await first.getByLabel('タイトル').fill('鍵つきの部屋');
    await first.getByRole('button', { name: '保存' }).click();
    await admin.getByRole('heading', { name: '鍵つきの部屋' }).waitFor();
    const member = await windows.open(`/chat/${link}/#key=${key}`);
    await isLive(member);
    const second = await choose(admin, 'タイトルと説明を編集');
    await expect.poll(() => box(second).isChecked()).toBe(true);
    await box(second).uncheck();
    await second.getByRole('button', { name: '保存' }).click();
    await dialogOf(admin).waitFor({ state: 'detached' });
    await windows.enter(link);
  });

  it('is entered by an invitation, which leaves the address bar and lasts over a reload', async () => {
    const link = await makePrivateRoom();
    const page = await windows.open(`/chat/${link}/?lang=ja#key=${await invite(link)}`);
    await isLive(page);
    expect(page.url()).toBe(`${windows.origin}/chat/${link}/?lang=ja`);
    await page.reload();
    await isLive(page);
  });

  it('opens to an invitation that is followed while its page is open, and keeps none that it refused', async () => {
    const link = await makePrivateRoom();
    const page = await windows.open(`/chat/${link}/`);
    await isAtTheDoor(page);
    const follow = (hash: string) =>
      page.evaluate((to) => {
        location.hash = to;
      }, hash);
    await follow(`#key=${await invite(link)}`);
    await isLive(page);
    expect(page.url()).toBe(`${windows.origin}/chat/${link}/`);
    await follow('#key=not-the-key-of-this');
    await isAtTheDoor(page);
    await page.reload();
    await isLive(page);
  });

  it('says that an invitation has expired, and not that a key is wrong', async () => {
    const link = await makePrivateRoom();
    const invitation = await invite(link, 60);
    const page = await windows.open('/');
    // The clock of the page only stands in for the service's, whose answer is the real one.
    await page.routeWebSocket(/\/ws$/, (socket) => {
      socket.onMessage(() => {
        const error = 'Forbidden: The invitation has expired';
        socket.send(JSON.stringify({ type: 'error', ref: 'auth', statusCode: 403, error }));
        void socket.close({ code: 4403, reason: error });
      });
    });
    await page.goto(`${windows.origin}/chat/${link}/#key=${invitation}`);
    await page.getByText('招待の有効期限が切れています。').waitFor();
    expect(await page.getByText('鍵が違います').count()).toBe(0);
    expect(await page.getByLabel('部屋の鍵').inputValue()).toBe('');
    await page.unrouteAll();
  });
});

/** The dark modules of the QR code on the screen, row by row. */
async function modulesOn(page: Page): Promise<string[]> {
  const path = (await page.locator('.qr path').getAttribute('d')) ?? '';
  const [, , size = ''] = ((await page.locator('.qr').getAttribute('viewBox')) ?? '').split(' ');
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`));
  const places = Array.from({ length: Number(size) }, (_, place) => place);
  return places.map((y) => places.map((x) => (dark.has(`${x},${y}`) ? '#' : '.')).join(''));
}

/** Those of a text, with the four rows of white around them that cameras need. */
function modulesOf(text: string): string[] {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const places = Array.from({ length: code.size + 8 }, (_, place) => place - 4);
  return places.map((y) => places.map((x) => (code.get(x, y) ? '#' : '.')).join(''));
}

describe('sharing', () => {
  it('of an open room gives its link: to copy, to scan, and to send on where the device can', async () => {
    const link = await makeRoomAt(windows.origin);
    const options = deviceWith(windows.origin, { name: 'mugi' });
    const page = await windows.enter(link, { ...options, permissions: ['clipboard-read', 'clipboard-write'] });
    const address = `${windows.origin}/chat/${link}/`;
    await page.getByRole('button', { name: '共有' }).click();
    const dialog = dialogOf(page);
    await dialog.getByText('リンクを知っている人は、登録なしですぐに参加できます。').waitFor();
    expect(await dialog.getByLabel('部屋のリンク', { exact: true }).inputValue()).toBe(address);
    await dialog.getByRole('button', { name: 'コピー' }).click();
    await dialog.getByRole('button', { name: 'コピーしました' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
    await dialog.getByRole('button', { name: 'コピー', exact: true }).waitFor();
    expect(await modulesOn(page)).toEqual(modulesOf(address));
    expect(await dialog.getByText('ほかのアプリで共有').count()).toBe(0);
    expect(await dialog.getByText('招待リンクをつくる').count()).toBe(0);
    await shut(page);
    expect(await hasFocus(page.getByRole('button', { name: '共有' }))).toBe(true);

    await page.evaluate(() => {
      navigator.share = async (data) => {
        Object.assign(window, { shared: data });
      };
    });
    await page.getByRole('button', { name: '共有' }).click();
    await dialog.getByRole('button', { name: 'ほかのアプリで共有' }).click();
    expect(await page.evaluate(() => Reflect.get(window, 'shared'))).toEqual({ title: '読書会', url: address });
  });

  it('says so where the text could not be copied', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await page.getByRole('button', { name: '共有' }).click();
    await dialogOf(page).getByRole('button', { name: 'コピー' }).click();
    await dialogOf(page).getByRole('button', { name: 'コピーできませんでした' }).waitFor();
  });

  it('stays open where the service does not answer', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link);
    await page.route(`${windows.origin}/chat/${link}`, (route) => route.abort());
    const asked = page.waitForEvent('requestfailed', (request) => request.url() === `${windows.origin}/chat/${link}`);
    await page.getByRole('button', { name: '共有' }).click();
    await asked;
    await dialogOf(page).getByRole('button', { name: 'コピー' }).waitFor();
  });

  it('of a private room takes an invitation, which its admin can make', async () => {
    const link = await makePrivateRoom();
    const admin = await windows.enter(link, adminsDevice(windows.origin, link));
    await admin.getByRole('button', { name: '共有' }).click();
    const dialog = dialogOf(admin);
    await dialog.getByText('招待制の部屋です。').waitFor();
    await dialog.getByRole('button', { name: '招待リンクをつくる（7日間有効）' }).click();
    await dialog.getByText(/まで、このリンクだけで入れます。/).waitFor();
    const address = await dialog.getByLabel('部屋のリンク', { exact: true }).inputValue();
    expect(address.startsWith(`${windows.origin}/chat/${link}/#key=`)).toBe(true);
    expect(await modulesOn(admin)).toEqual(modulesOf(address));
    const guest = await windows.open(address.slice(windows.origin.length));
    await isLive(guest);
    await guest.getByRole('button', { name: '共有' }).click();
    await dialogOf(guest).getByText('招待制の部屋です。').waitFor();
    expect(await dialogOf(guest).getByText('招待リンクをつくる').count()).toBe(0);
    expect(await dialogOf(guest).getByLabel('部屋のリンク', { exact: true }).inputValue()).not.toContain('key');
  });
});

/** How a connection ends that ends for good, and what is said then. */
const ends = [
  { code: 4410, reason: 'Chat deleted', ja: 'この部屋は削除されました', en: 'This room was deleted' },
  { code: 4403, reason: 'Kicked', ja: '部屋から退室させられました', en: 'You were removed from the room' },
  { code: 4403, reason: 'Banned: spam', ja: 'この部屋には入れません', en: 'You cannot join this room' },
  {
    code: 4403,
    reason: 'Forbidden: Origin not allowed',
    ja: 'このページからの接続は許可されていません。',
    en: 'Connections from this page are not allowed.',
  },
  {
    code: 4403,
    reason: 'Forbidden: This room is private',
    ja: '招待リンクを開くか、受け取った鍵を入力してください。',
    en: 'Open your invitation link, or enter the room key that you received.',
  },
  { code: 4404, reason: 'Chat not found', ja: 'この部屋は見つかりません', en: 'Room not found' },
  {
    code: 4401,
    reason: 'Unauthorized: Invalid signed token',
    ja: 'この端末の認証情報を確認できませんでした',
    en: 'This device could not be verified',
  },
  { code: 4413, reason: 'Frame too large', ja: '接続が切れました', en: 'Disconnected' },
];

describe('where a room stops', () => {
  it.each(ends)('it says why in both languages: $code $reason', async ({ code, reason, ja, en }) => {
    for (const [locale, text] of [
      ['ja-JP', ja],
      ['en-GB', en],
    ] as const) {
      const page = await windows.open('/', { locale });
      await page.routeWebSocket(/\/ws$/, (socket) => {
        socket.onMessage(() => {
          socket.send(JSON.stringify({ type: 'error', ref: 'auth', statusCode: 403, error: reason }));
          void socket.close({ code, reason });
        });
      });
      await page.goto(`${windows.origin}/chat/a-room/`);
      await page.getByText(text).waitFor();
      const words = (await page.locator('.unavailable').innerText()).replace(/spam|a-room/g, '');
      // The service’s own words are English; a reason is a moderator’s, and the link is as it is.
      if (locale === 'ja-JP') expect(words).not.toMatch(/[a-z]{3}/);
      else expect(words).not.toMatch(/[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u);
    }
  });

  it('leads on: to the list, and to a room of one’s own under the free link', async () => {
    const page = await windows.open('/chat/nobodys-room/');
    await page.getByRole('link', { name: '「nobodys-room」で部屋をつくる' }).click();
    await expect.poll(() => page.locator('#make-link').inputValue()).toBe('nobodys-room');
    await page.goto(`${windows.origin}/chat/nobodys-room/`);
    await page.getByRole('link', { name: '部屋の一覧へ' }).click();
    await page.waitForURL(`${windows.origin}/`);
  });
});

describe('a page of which a file cannot be loaded', () => {
  it('loads anew where the service answers, as after a deployment, and keeps what was being written', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link);
    await page.locator('textarea').fill('書きかけです');
    let pages = 0;
    await page.route(/\/assets\/floating-/, (route) =>
      pages === 0 ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.route(`${windows.origin}/chat/${link}/`, (route) => {
      if (route.request().isNavigationRequest()) pages += 1;
      return route.continue();
    });
    await page.getByRole('button', { name: '部屋のメニュー' }).click();
    await expect.poll(() => pages, { timeout: 20_000 }).toBe(1);
    await isLive(page);
    expect(await page.locator('textarea').inputValue()).toBe('書きかけです');
    await openRoomMenu(page);
  });

  it('waits where the network alone is gone', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.enter(link);
    await page.locator('textarea').fill('書きかけです');
    let [asked, isBack, reloads] = [0, false, 0];
    const ifBack = (route: Route) => (isBack ? route.continue() : route.abort());
    await page.route(/\/assets\/floating-/, ifBack);
    await page.route(`${windows.origin}/chat/${link}/`, (route) => {
      if (route.request().isNavigationRequest()) reloads += 1;
      else asked += 1;
      return ifBack(route);
    });
    await page.getByRole('button', { name: '部屋のメニュー' }).click();
    // It asks whether the service is there, and waits.
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(reloads).toBe(0);
    isBack = true;
    // Some browsers get the file now; others do not ask for it a second time, and the page loads anew.
    await expect.poll(async () => reloads + (await dialogOf(page).count()), { timeout: 20_000 }).toBe(1);
    await isLive(page);
    if (reloads > 0) await openRoomMenu(page);
    expect(await page.locator('textarea').inputValue()).toBe('書きかけです');
  });
});
