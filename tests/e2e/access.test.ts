/** Access to a room in a real browser: join keys, invitations, sharing, and pages that cannot connect or load. */
import { correction, generate } from 'lean-qr/nano';
import type { Locator, Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows, expectMessages, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import {
  adminDevice,
  chooseFromRoomMenu,
  closeDialog,
  deviceWithStorage,
  dialogOf,
  hasFocus,
  openRoomMenu,
} from '../support/room-page.ts';

const windows = BrowserWindows.forTestFile();

const key = 'open-sesame';

/** Creates a room with a join key. @returns its link */
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

const waitForKeyForm = (page: Page) => page.getByRole('heading', { name: '招待制の部屋です' }).waitFor();

describe('a private room', () => {
  it('is made private in the room menu, which disconnects members without the key', async () => {
    const link = await makeRoomAt(windows.origin);
    const admin = await windows.openRoom(link, adminDevice(windows.origin, link));
    const member = await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'mugi' }));
    const form = await chooseFromRoomMenu(admin, 'タイトルと説明を編集');
    await form.getByLabel('招待制にする').check();
    const field = form.getByLabel('部屋の鍵');
    expect(await field.inputValue()).toMatch(/^\w{4}-\w{4}-\w{4}$/);
    await field.fill('short');
    await form.getByText('8文字以上にしてください').waitFor();
    expect(await form.getByRole('button', { name: '保存' }).getAttribute('aria-disabled')).toBe('true');
    await field.fill('nishijin-orimono');
    await form.getByRole('button', { name: '保存' }).click();
    await waitForKeyForm(member);
    await expect.poll(() => dialogOf(admin).count()).toBe(0);

    await member.getByLabel('部屋の鍵').fill('nishijin-orimonx');
    await member.getByRole('button', { name: '入る' }).click();
    await member.getByText('鍵が違います').waitFor();
    // The rejected key stays in the field, so that it can be corrected.
    expect(await member.getByLabel('部屋の鍵').inputValue()).toBe('nishijin-orimonx');
    await expect.poll(() => hasFocus(member.getByLabel('部屋の鍵'))).toBe(true);
    await member.keyboard.type('nishijin-orimono');
    await member.keyboard.press('Enter');
    await waitUntilLive(member);
    await sendMessage(member, '入れました');
    await expectMessages(admin, ['入れました']);
    await member.reload();
    await waitUntilLive(member);
    await waitUntilLive(admin);
  });

  it('keeps its key if the field is left blank, and is made public again in the room menu', async () => {
    const link = await makePrivateRoom();
    const admin = await windows.openRoom(link, adminDevice(windows.origin, link));
    const checkbox = (form: Locator) => form.getByLabel('招待制にする');
    const first = await chooseFromRoomMenu(admin, 'タイトルと説明を編集');
    await expect.poll(() => checkbox(first).isChecked()).toBe(true);
    await first.getByLabel('タイトル').fill('鍵つきの部屋');
    await first.getByRole('button', { name: '保存' }).click();
    await admin.getByRole('heading', { name: '鍵つきの部屋' }).waitFor();
    const member = await windows.open(`/chat/${link}/#key=${key}`);
    await waitUntilLive(member);
    const second = await chooseFromRoomMenu(admin, 'タイトルと説明を編集');
    await expect.poll(() => checkbox(second).isChecked()).toBe(true);
    await checkbox(second).uncheck();
    await second.getByRole('button', { name: '保存' }).click();
    await dialogOf(admin).waitFor({ state: 'detached' });
    await windows.openRoom(link);
  });

  it('is joined with an invitation, which leaves the address bar and still applies after a reload', async () => {
    const link = await makePrivateRoom();
    const page = await windows.open(`/chat/${link}/?lang=ja#key=${await invite(link)}`);
    await waitUntilLive(page);
    expect(page.url()).toBe(`${windows.origin}/chat/${link}/?lang=ja`);
    await page.reload();
    await waitUntilLive(page);
  });

  it('accepts an invitation that is followed while its page is open, and does not store a rejected one', async () => {
    const link = await makePrivateRoom();
    const page = await windows.open(`/chat/${link}/`);
    await waitForKeyForm(page);
    const follow = (hash: string) =>
      page.evaluate((to) => {
        location.hash = to;
      }, hash);
    await follow(`#key=${await invite(link)}`);
    await waitUntilLive(page);
    expect(page.url()).toBe(`${windows.origin}/chat/${link}/`);
    await follow('#key=not-the-key-of-this');
    await waitForKeyForm(page);
    await page.reload();
    await waitUntilLive(page);
  });

  it('reports an expired invitation as expired, not as a wrong key', async () => {
    const link = await makePrivateRoom();
    const invitation = await invite(link, 60);
    const page = await windows.open('/');
    // Sends the error text of the service instead of waiting until the invitation expires.
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

/** The modules of the QR code on the page, row by row: `#` is dark, `.` is light. */
async function shownModules(page: Page): Promise<string[]> {
  const path = (await page.locator('.qr path').getAttribute('d')) ?? '';
  const [, , size = ''] = ((await page.locator('.qr').getAttribute('viewBox')) ?? '').split(' ');
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`));
  const indices = Array.from({ length: Number(size) }, (_, index) => index);
  return indices.map((y) => indices.map((x) => (dark.has(`${x},${y}`) ? '#' : '.')).join(''));
}

/** The modules expected for a text, with the margin of four light modules that scanners need. */
function expectedModules(text: string): string[] {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const indices = Array.from({ length: code.size + 8 }, (_, index) => index - 4);
  return indices.map((y) => indices.map((x) => (code.get(x, y) ? '#' : '.')).join(''));
}

describe('the share dialog', () => {
  it('of a public room offers its link to copy, as a QR code, and for the share sheet of the device', async () => {
    const link = await makeRoomAt(windows.origin);
    const options = deviceWithStorage(windows.origin, { name: 'mugi' });
    const page = await windows.openRoom(link, { ...options, permissions: ['clipboard-read', 'clipboard-write'] });
    const address = `${windows.origin}/chat/${link}/`;
    await page.getByRole('button', { name: '共有' }).click();
    const dialog = dialogOf(page);
    await dialog.getByText('リンクを知っている人は、登録なしですぐに参加できます。').waitFor();
    expect(await dialog.getByLabel('部屋のリンク', { exact: true }).inputValue()).toBe(address);
    await dialog.getByRole('button', { name: 'コピー' }).click();
    await dialog.getByRole('button', { name: 'コピーしました' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
    await dialog.getByRole('button', { name: 'コピー', exact: true }).waitFor();
    expect(await shownModules(page)).toEqual(expectedModules(address));
    expect(await dialog.getByText('ほかのアプリで共有').count()).toBe(0);
    expect(await dialog.getByText('招待リンクをつくる').count()).toBe(0);
    await closeDialog(page);
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

  it('reports that the link could not be copied', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await page.getByRole('button', { name: '共有' }).click();
    await dialogOf(page).getByRole('button', { name: 'コピー' }).click();
    await dialogOf(page).getByRole('button', { name: 'コピーできませんでした' }).waitFor();
  });

  it('stays open if the service does not respond', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link);
    await page.route(`${windows.origin}/chat/${link}`, (route) => route.abort());
    const failed = page.waitForEvent('requestfailed', (request) => request.url() === `${windows.origin}/chat/${link}`);
    await page.getByRole('button', { name: '共有' }).click();
    await failed;
    await dialogOf(page).getByRole('button', { name: 'コピー' }).waitFor();
  });

  it('of a private room lets the admin, and no member, create an invitation link', async () => {
    const link = await makePrivateRoom();
    const admin = await windows.openRoom(link, adminDevice(windows.origin, link));
    await admin.getByRole('button', { name: '共有' }).click();
    const dialog = dialogOf(admin);
    await dialog.getByText('招待制の部屋です。').waitFor();
    await dialog.getByRole('button', { name: '招待リンクをつくる（7日間有効）' }).click();
    await dialog.getByText(/まで、このリンクだけで入れます。/).waitFor();
    const address = await dialog.getByLabel('部屋のリンク', { exact: true }).inputValue();
    expect(address.startsWith(`${windows.origin}/chat/${link}/#key=`)).toBe(true);
    expect(await shownModules(admin)).toEqual(expectedModules(address));
    const guest = await windows.open(address.slice(windows.origin.length));
    await waitUntilLive(guest);
    await guest.getByRole('button', { name: '共有' }).click();
    await dialogOf(guest).getByText('招待制の部屋です。').waitFor();
    expect(await dialogOf(guest).getByText('招待リンクをつくる').count()).toBe(0);
    expect(await dialogOf(guest).getByLabel('部屋のリンク', { exact: true }).inputValue()).not.toContain('key');
  });
});

/** Closes after which the client does not reconnect, and the text that the page then shows. */
const finalCloses = [
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

describe('a connection that ends for good', () => {
  it.each(finalCloses)('shows the reason in both languages: $code $reason', async ({ code, reason, ja, en }) => {
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
      // The English texts of the service are translated; a moderator’s reason and the link are not.
      if (locale === 'ja-JP') expect(words).not.toMatch(/[a-z]{3}/);
      else expect(words).not.toMatch(/[\p{sc=Hira}\p{sc=Kana}\p{sc=Han}]/u);
    }
  });

  it('leads to the room list, and to the form that creates a room at the free link', async () => {
    const page = await windows.open('/chat/nobodys-room/');
    await page.getByRole('link', { name: '「nobodys-room」で部屋をつくる' }).click();
    await expect.poll(() => page.locator('#make-link').inputValue()).toBe('nobodys-room');
    await page.goto(`${windows.origin}/chat/nobodys-room/`);
    await page.getByRole('link', { name: '部屋の一覧へ' }).click();
    await page.waitForURL(`${windows.origin}/`);
  });
});

describe('a page with a script that cannot be loaded', () => {
  it('reloads if the service responds, as after a deployment, and keeps the draft', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link);
    await page.locator('textarea').fill('書きかけです');
    let pages = 0;
    await page.route(/\/assets\/lazy-dialogs-/, (route) =>
      pages === 0 ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.route(`${windows.origin}/chat/${link}/`, (route) => {
      if (route.request().isNavigationRequest()) pages += 1;
      return route.continue();
    });
    await page.getByRole('button', { name: '部屋のメニュー' }).click();
    await expect.poll(() => pages, { timeout: 20_000 }).toBe(1);
    await waitUntilLive(page);
    expect(await page.locator('textarea').inputValue()).toBe('書きかけです');
    await openRoomMenu(page);
  });

  it('waits while there is no network', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.openRoom(link);
    await page.locator('textarea').fill('書きかけです');
    let [polls, isOnline, reloads] = [0, false, 0];
    const ifOnline = (route: Route) => (isOnline ? route.continue() : route.abort());
    await page.route(/\/assets\/lazy-dialogs-/, ifOnline);
    await page.route(`${windows.origin}/chat/${link}/`, (route) => {
      if (route.request().isNavigationRequest()) reloads += 1;
      else polls += 1;
      return ifOnline(route);
    });
    await page.getByRole('button', { name: '部屋のメニュー' }).click();
    // The page polls the service and waits.
    await expect.poll(() => polls, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(reloads).toBe(0);
    isOnline = true;
    // Some browsers load the file now; others do not request it a second time, and the page reloads.
    await expect.poll(async () => reloads + (await dialogOf(page).count()), { timeout: 20_000 }).toBe(1);
    await waitUntilLive(page);
    if (reloads > 0) await openRoomMenu(page);
    expect(await page.locator('textarea').inputValue()).toBe('書きかけです');
  });
});
