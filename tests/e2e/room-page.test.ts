/** The room page in a real browser, against a real server, and the Content-Security-Policy of all pages. */
import { describe, expect, it } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import { BrowserWindows, expectMessages, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';

const windows = BrowserWindows.forTestFile();

const openWindow = (path: string, locale = 'ja-JP') => windows.open(path, { locale });
const openRoom = (link: string) => windows.openRoom(link);

describe('a room', () => {
  it('lets two participants chat, and shows all messages again after a reload', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await openRoom(link);
    const bob = await openRoom(link);
    await sendMessage(alice, 'こんにちは');
    await expectMessages(bob, ['こんにちは']);
    await sendMessage(bob, 'やあ');
    await sendMessage(bob, '元気？');
    await expectMessages(alice, ['こんにちは', 'やあ', '元気？']);
    await alice.reload();
    await waitUntilLive(alice);
    await expectMessages(alice, ['こんにちは', 'やあ', '元気？']);
    await sendMessage(alice, 'うん');
    await expectMessages(bob, ['こんにちは', 'やあ', '元気？', 'うん']);
    const { content } = await callAt<MessagePage>(windows.origin, 'GET', `/chat/${link}/messages`);
    const authors = content.messages.map(({ author }) => author.id);
    expect(new Set(authors).size).toBe(2);
    expect(authors[0]).toBe(authors[3]);
  });

  it('reconnects after a server restart, and sends messages written meanwhile once and in order', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await openRoom(link), await openRoom(link)];
    await sendMessage(alice, 'one');
    await expectMessages(bob, ['one']);
    await windows.server.kill();
    await alice.locator('[data-phase=reconnecting]').waitFor();
    for (const text of ['two', 'three', 'four']) await sendMessage(alice, text);
    await expect.poll(() => alice.locator('[data-state=pending]').count()).toBe(3);
    await windows.server.boot();
    await waitUntilLive(alice);
    await waitUntilLive(bob);
    await expectMessages(alice, ['one', 'two', 'three', 'four']);
    await expectMessages(bob, ['one', 'two', 'three', 'four']);
    await expect.poll(() => alice.locator('[data-state]').count()).toBe(0);
    expect((await callAt<MessagePage>(windows.origin, 'GET', `/chat/${link}/messages`)).content.rev).toBe(4);
  });

  it('shows the number of participants and their names', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await openRoom(link);
    await alice.getByLabel('表示名').fill('アリス');
    await sendMessage(alice, 'よろしく');
    const bob = await openRoom(link);
    await expect.poll(() => alice.locator('button [data-count], button[data-count]').textContent()).toContain('2');
    await bob.getByText('アリス').first().waitFor();
    await bob.close();
    await expect.poll(() => alice.locator('button [data-count], button[data-count]').textContent()).toContain('1');
  });

  it('reports a display name that looks like a role while typing, and sends nothing with it', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await openRoom(link);
    await alice.getByLabel('表示名').fill('管理者');
    await alice.getByText('役割と紛らわしい名前は使えません').waitFor();
    await sendMessage(alice, '従ってください');
    await alice.getByLabel('表示名').fill('\u200bアリス ');
    await sendMessage(alice, 'よろしく');
    await expectMessages(alice, ['よろしく']);
    const { content } = await callAt<MessagePage>(windows.origin, 'GET', `/chat/${link}/messages`);
    expect(content.messages.map(({ author }) => author.name)).toEqual(['アリス']);
  });

  it('does not send on the Enter that ends a composition', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await openRoom(link);
    const devtools = await alice.context().newCDPSession(alice);
    await alice.locator('textarea').focus();
    await devtools.send('Input.imeSetComposition', { text: 'かいぎ', selectionStart: 3, selectionEnd: 3 });
    await devtools.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      key: 'Process',
      code: 'Enter',
      windowsVirtualKeyCode: 229,
    });
    await devtools.send('Input.insertText', { text: '会議' });
    expect(await alice.locator('textarea').inputValue()).toBe('会議');
    expect(await alice.locator('[role=log] article').count()).toBe(0);
    await alice.waitForTimeout(500);
    await alice.keyboard.press('Enter');
    await expectMessages(alice, ['会議']);
  });

  it('shows markup in texts and names as text', async () => {
    const link = await makeRoomAt(windows.origin);
    const texts = ['<img src=x onerror="document.title=1">', '<script>alert(1)</script>', '&amp;', 'a\u202eb'];
    for (const [index, text] of texts.entries()) {
      const body = { token: 'mallory', name: '<b>m</b>', clientId: `${index}`, text };
      await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
    }
    const alice = await openRoom(link);
    await expectMessages(alice, texts);
    expect(await alice.locator('[role=log] :is(img, script, .text *, bdi *)').count()).toBe(0);
    expect(await alice.locator('bdi').allTextContents()).toContain('<b>m</b>');
  });

  it('loads older messages when scrolled up', async () => {
    const link = await makeRoomAt(windows.origin);
    for (let turn = 1; turn <= 120; turn++) {
      const body = { token: 'bob', clientId: `${turn}`, text: `${turn}` };
      await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
    }
    const alice = await openRoom(link);
    const numbers = (from: number) => Array.from({ length: 121 - from }, (_, index) => `${from + index}`);
    await expectMessages(alice, numbers(71));
    const scrollUp = () => alice.locator('[role=log]').evaluate((log) => log.scrollTo(0, 0));
    await scrollUp();
    await expectMessages(alice, numbers(21));
    await scrollUp();
    await expectMessages(alice, numbers(1));
  });

  it.each([
    ['ja-JP', 'この部屋は見つかりません'],
    ['en-GB', 'Room not found'],
  ])('that does not exist is reported as not found (%s)', async (locale, text) => {
    const page = await openWindow('/chat/no-such-room/', locale);
    await page.getByText(text).waitFor();
    expect(await page.locator('[data-phase]').getAttribute('data-phase')).toBe('ended');
  });

  it('that is deleted is reported as deleted to its participants', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await openRoom(link);
    await callAt(windows.origin, 'DELETE', '/chat/delete', { token: 'admin-secret', link });
    await alice.getByText('削除されました').waitFor();
  });
});

describe('a first visit of a room', () => {
  it('transfers less than 60 kB until the composer is ready', async () => {
    const link = await makeRoomAt(windows.origin);
    const page = await windows.open('/health');
    const devtools = await page.context().newCDPSession(page);
    let [bytes, files] = [0, 0];
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
      files += 1;
    });
    devtools.on('Network.webSocketFrameReceived', ({ response }) => {
      bytes += Buffer.byteLength(response.payloadData);
    });
    await devtools.send('Network.enable');
    await page.goto(`${windows.origin}/chat/${link}/`);
    await waitUntilLive(page);
    await page.waitForLoadState('networkidle');
    // The page, two styles and two scripts at least.
    expect(files).toBeGreaterThanOrEqual(5);
    expect(bytes).toBeLessThan(60_000);
  });
});

describe('the security headers', () => {
  it.each(['/', '/chat/a-room/'])('of %s block every script that is not a file of the site', async (path) => {
    const { headers } = await fetch(windows.origin + path);
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'; script-src 'self';");
    const page = await openWindow(path);
    await page.route(windows.origin + path, async (route) => {
      const response = await route.fetch();
      const injected = '<script>window.ran = "script"</script><img src="/favicon.svg" onload="window.ran = `handler`">';
      await route.fulfill({ response, body: (await response.text()).replace('<body>', `<body>${injected}`) });
    });
    await page.reload();
    await page.locator('#page *').first().waitFor();
    await expect
      .poll(() => page.locator('body > img').evaluate((image: HTMLImageElement) => image.complete))
      .toBe(true);
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    const written = page.evaluate(() => {
      document.body.innerHTML = '<b>written</b>';
    });
    await expect(written).rejects.toThrow('TrustedHTML');
    expect(windows.pageErrors.filter((error) => error.includes('inline'))).toHaveLength(2);
    windows.pageErrors = [];
  });

  it('of built files include nosniff', async () => {
    const page = await (await fetch(windows.origin)).text();
    const assets = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, asset]) => asset);
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) {
      const { headers } = await fetch(windows.origin + asset);
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    }
    expect((await fetch(`${windows.origin}/_headers`)).status).toBe(404);
  });
});
