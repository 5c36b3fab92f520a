/** Creating a room in the lobby: a real browser against a real server. */
import type { Page, Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import { violationsOn } from '../support/axe.ts';
import { BrowserWindows, expectMessages, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';

const windows = BrowserWindows.forTestFile();

const createButton = (page: Page) => page.getByRole('button', { name: /^(つくって入る|Create and join)$/ });

/** The dialog that shows the admin token and the join key once. */
const secretsDialog = (page: Page) => page.getByRole('dialog');

async function joinCreatedRoom(page: Page): Promise<string> {
  await secretsDialog(page)
    .getByRole('link', { name: /^(控えたので部屋に入る|I have saved it, join)$/ })
    .click();
  await waitUntilLive(page);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

async function roomOf(link: string, headers: Record<string, string> = {}): Promise<{ status: number; room: RoomView }> {
  const response = await fetch(`${windows.origin}/chat/${link}`, { headers });
  return { status: response.status, room: ((await response.json()) as { content: RoomView }).content };
}

/** Presses Tab until an element that matches the selector has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  throw new Error(`not reached with Tab: ${selector}`);
}

/** The service creates the next room, but the page does not receive the response. */
async function loseResponse(page: Page): Promise<void> {
  await page.route(
    '**/chat/new',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
}

describe('a new room', () => {
  it('needs a title and nothing else', async () => {
    const page = await windows.open('/');
    await page.locator('#make-title').fill('思いつき');
    await page.keyboard.press('Enter');
    await secretsDialog(page).waitFor();
    const link = await joinCreatedRoom(page);
    await sendMessage(page, 'ようこそ');
    await expectMessages(page, ['ようこそ']);
    expect((await roomOf(link)).room.title).toBe('思いつき');
  });

  it('has its creator as admin, and is listed', async () => {
    const page = await windows.open('/');
    await page.locator('#make-title').fill('京都の喫茶店をめぐる会');
    await page.locator('#make-link').fill('kyoto-kissa');
    await page.locator('#make-tags').fill('京都');
    await page.keyboard.press('Enter');
    await createButton(page).click();
    expect(await joinCreatedRoom(page)).toBe('kyoto-kissa');
    await sendMessage(page, 'ようこそ');
    await expectMessages(page, ['ようこそ']);
    const { content } = await callAt<MessagePage>(windows.origin, 'GET', '/chat/kyoto-kissa/messages');
    expect(content.messages[0]?.author.role).toBe('admin');

    const other = await windows.open('/?tag=京都');
    await other.locator('[data-link=kyoto-kissa]').waitFor();
    await other.getByText('京都の喫茶店をめぐる会').click();
    await waitUntilLive(other);
    await expectMessages(other, ['ようこそ']);
  });

  it('can be created and entered with the keyboard alone', async () => {
    const page = await windows.open('/', { locale: 'en-GB' });
    await page.locator('#make-title').waitFor();
    await tabTo(page, '#make-title');
    await page.keyboard.type('By keyboard');
    await tabTo(page, '#make-tags');
    await page.keyboard.type('keys,');
    await tabTo(page, '.create-room button[type=submit]');
    await page.keyboard.press('Enter');
    await secretsDialog(page).waitFor();
    await page.keyboard.press('Escape');
    await tabTo(page, 'dialog a.is-primary');
    await page.keyboard.press('Enter');
    await waitUntilLive(page);
    await tabTo(page, 'textarea');
    await page.keyboard.type('hello');
    await page.keyboard.press('Enter');
    await expectMessages(page, ['hello']);
  });

  it('is created once when the button is pressed twice', async () => {
    const page = await windows.open('/');
    let calls = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/chat/new')) calls += 1;
    });
    await page.locator('#make-title').fill('ひとつ');
    await createButton(page).dblclick();
    await secretsDialog(page).waitFor();
    expect(calls).toBe(1);
  });

  it('is created once, with the last values, when the first response is lost', async () => {
    const page = await windows.open('/');
    await loseResponse(page);
    await page.locator('#make-title').fill('一度目');
    await page.locator('#make-tags').fill('lost,');
    await createButton(page).click();
    await page.getByText('サービスに接続できません').waitFor();
    await page.locator('#make-title').fill('二度目');
    // An unlisted room has another suggested link, but the link of the first attempt is kept.
    await page.getByLabel('一覧に表示しない').check();
    await createButton(page).click();
    const link = await joinCreatedRoom(page);
    const { content } = await callAt<{ chats: RoomView[] }>(windows.origin, 'GET', '/chat/list?tag=lost');
    expect(content.chats.map((room) => [room.link, room.title])).toEqual([[link, '二度目']]);
  });

  it('is created by the second attempt although its link was being checked during the first', async () => {
    const page = await windows.open('/');
    await loseResponse(page);
    let checks = 0;
    const isCheck = (request: Request) => request.method() === 'GET' && request.url().endsWith('/chat/being-checked');
    page.on('request', (request) => (checks += Number(isCheck(request))));
    page.on('requestfailed', (request) => (checks -= Number(isCheck(request))));
    // Never answered: a check that is not aborted stays pending.
    await page.route('**/chat/being-checked', () => undefined);
    await page.locator('#make-title').fill('二度目でできる');
    await page.locator('#make-link').fill('being-checked');
    await createButton(page).click();
    await page.getByText('サービスに接続できません').waitFor();
    // Longer than the pause after typing that starts a check.
    await page.waitForTimeout(600);
    expect(checks).toBe(0);
    await page.unroute('**/chat/being-checked');
    await createButton(page).click();
    expect(await joinCreatedRoom(page)).toBe('being-checked');
  });

  it('starts with the link of a room that does not exist', async () => {
    const page = await windows.open('/chat/not-there/');
    await page.getByRole('link', { name: /not-there/ }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('make-title');
    expect(await page.locator('#make-link').inputValue()).toBe('not-there');
  });
});

describe('the form', () => {
  it.each([
    ['ja-JP', 'このリンクは使えます', 'このリンクは使われています。次のリンクは使えます。'],
    ['en-GB', 'This link is available.', 'This link is taken. These are available:'],
  ])('reports while typing whether a link is free, and suggests free ones (%s)', async (locale, free, taken) => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.open('/', { locale });
    await page.locator('#make-title').fill('別の部屋');
    await page.locator('#make-link').pressSequentially(link);
    await page.getByText(taken).waitFor();
    expect(await page.locator('#make-link').getAttribute('aria-invalid')).toBe('true');
    await page.locator('#make-link').press('x');
    await page.getByText(free).waitFor();
    expect(await page.getByText(taken).count()).toBe(0);
    await page.locator('#make-link').press('Backspace');
    await page.locator('.free-links button').first().click();
    expect(await page.locator('#make-link').inputValue()).toBe(`${link}-2`);
    await page.getByText(free).waitFor();
    await createButton(page).click();
    expect(await joinCreatedRoom(page)).toBe(`${link}-2`);
    expect((await roomOf(link)).room.title).toBe('読書会');
  });

  it('suggests another link when the link was taken in the meantime', async () => {
    const page = await windows.open('/', { locale: 'en-GB' });
    await page.locator('#make-title').fill('Another');
    await page.locator('#make-link').fill('faster');
    await page.getByText('This link is available.').waitFor();
    const content = { title: 'First', about: '', tag: [], link: 'faster' };
    await callAt(windows.origin, 'POST', '/chat/new', { token: 'admin-secret', content });
    await createButton(page).click();
    await page.getByText('This link is taken').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('make-link');
    expect((await roomOf('faster')).room.title).toBe('First');
  });

  it('reports an invalid field once it loses the focus, and from then on while typing', async () => {
    const page = await windows.open('/');
    const title = page.locator('#make-title');
    await title.focus();
    await title.blur();
    expect(await page.locator('.error').count()).toBe(0);
    await title.fill('題'.repeat(101));
    await page.getByText('101 / 100').waitFor();
    expect(await page.locator('.error').count()).toBe(0);
    await title.blur();
    await page.getByText('1文字超えています').waitFor();
    await title.press('End');
    await title.press('Backspace');
    await expect.poll(() => page.locator('.error').count()).toBe(0);
    await page.locator('#make-link').fill('ｎｅｗ');
    await page.locator('#make-link').blur();
    await page.getByText('このリンクは使えません').waitFor();
    await page.locator('#make-link').fill('京都');
    await page.getByText('使えるのは半角英数字').waitFor();
    await page.locator('#make-link').fill('');
    await title.fill('');
    await createButton(page).click();
    await page.getByText('タイトルを入力してください').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('make-title');
  });

  it.each(
    (['ja-JP', 'en-GB'] as const).flatMap((locale) =>
      (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme })),
    ),
  )('has no axe violations ($locale, $colorScheme)', { timeout: 180_000 }, async (variant) => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.open('/', variant);
    await createButton(page).click();
    await page.locator('#make-link').fill(link);
    await page.locator('.free-links button').first().waitFor();
    await page.locator('#make-tags').fill('tag,');
    await page.locator('.create-room input[type=checkbox]').last().check();
    await page.locator('#make-key').fill('short');
    await page.locator('#make-key').blur();
    expect(await violationsOn(page)).toEqual([]);
    await page.locator('#make-title').fill('axe');
    await page.locator('#make-link').fill(`${link}-axe-${variant.locale}-${variant.colorScheme}`);
    await page.locator('.success').waitFor();
    await page.locator('#make-key').fill('long enough');
    expect(await violationsOn(page)).toEqual([]);
    await createButton(page).click();
    await secretsDialog(page).waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });
});

describe('a private room', () => {
  it('is created with a readable key, which is shown once', async () => {
    const page = await windows.open('/');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#make-title').fill('内輪');
    await page.getByLabel('招待制にする').check();
    expect(await page.getByLabel('一覧に表示しない').isChecked()).toBe(true);
    const key = await page.getByLabel('部屋の鍵').inputValue();
    expect(key).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
    await createButton(page).click();
    await secretsDialog(page).getByText(key).waitFor();
    await secretsDialog(page).getByRole('button', { name: '鍵をコピー' }).click();
    await secretsDialog(page).getByRole('button', { name: 'コピーしました' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    const link = await joinCreatedRoom(page);
    expect((await roomOf(link)).status).toBe(403);
    expect((await roomOf(link, { 'X-Join-Key': key })).room.title).toBe('内輪');
    const { content } = await callAt<{ chats: RoomView[] }>(windows.origin, 'GET', '/chat/list');
    expect(content.chats.map((room) => room.link)).not.toContain(link);
  });

  it('accepts a key that its creator chose, if it is long enough', async () => {
    const page = await windows.open('/', { locale: 'en-GB' });
    await page.locator('#make-title').fill('Family');
    await page.locator('#make-link').fill('family');
    await page.getByLabel('Invite only').check();
    await page.getByLabel('Room key').fill('two');
    await createButton(page).click();
    await page.getByText('The key needs at least 8 characters.').waitFor();
    expect((await roomOf('family')).status).toBe(404);
    await page.getByLabel('Room key').fill('二羽の青鷺 two herons');
    await createButton(page).click();
    await joinCreatedRoom(page);
    expect((await roomOf('family')).status).toBe(403);
    const shown = encodeURIComponent('二羽の青鷺 two herons');
    expect((await roomOf('family', { 'X-Join-Key': shown })).room.isPrivate).toBe(true);
  });

  it('is public when its creator changes that after a lost response', async () => {
    const page = await windows.open('/');
    await loseResponse(page);
    await page.locator('#make-title').fill('公開');
    await page.locator('#make-link').fill('opened');
    await page.getByLabel('招待制にする').check();
    await createButton(page).click();
    await page.getByText('サービスに接続できません').waitFor();
    expect((await roomOf('opened')).status).toBe(403);
    await page.getByLabel('招待制にする').uncheck();
    await createButton(page).click();
    await joinCreatedRoom(page);
    expect((await roomOf('opened')).status).toBe(200);
  });
});
