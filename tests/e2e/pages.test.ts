/** The page of a room in a real browser, against a real server; and the policy of all pages. */
import { describe, expect, it } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { isLive, say, shows, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

const openWindow = (path: string, locale = 'ja-JP') => windows.open(path, { locale });
const enter = (link: string) => windows.enter(link);

describe('a room', () => {
  it('is where two people chat, and a reload shows it all again', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await enter(link);
    const bob = await enter(link);
    await say(alice, 'こんにちは');
    await shows(bob, ['こんにちは']);
    await say(bob, 'やあ');
    await say(bob, '元気？');
    await shows(alice, ['こんにちは', 'やあ', '元気？']);
    await alice.reload();
    await isLive(alice);
    await shows(alice, ['こんにちは', 'やあ', '元気？']);
    await say(alice, 'うん');
    await shows(bob, ['こんにちは', 'やあ', '元気？', 'うん']);
    const { content } = await callAt<MessagePage>(windows.origin, 'GET', `/chat/${link}/messages`);
    const authors = content.messages.map(({ author }) => author.id);
    expect(new Set(authors).size).toBe(2);
    expect(authors[0]).toBe(authors[3]);
  });

  it('is come back to when the server restarts, and what was written meanwhile goes out once, in order', async () => {
    const link = await makeRoomAt(windows.origin);
    const [alice, bob] = [await enter(link), await enter(link)];
    await say(alice, 'one');
    await shows(bob, ['one']);
    await windows.server.kill();
    await alice.locator('[data-phase=reconnecting]').waitFor();
    for (const text of ['two', 'three', 'four']) await say(alice, text);
    await expect.poll(() => alice.locator('[data-state=pending]').count()).toBe(3);
    await windows.server.boot();
    await isLive(alice);
    await isLive(bob);
    await shows(alice, ['one', 'two', 'three', 'four']);
    await shows(bob, ['one', 'two', 'three', 'four']);
    await expect.poll(() => alice.locator('[data-state]').count()).toBe(0);
    expect((await callAt<MessagePage>(windows.origin, 'GET', `/chat/${link}/messages`)).content.rev).toBe(4);
  });

  it('counts who is here, and names them', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await enter(link);
    await alice.getByLabel('表示名').fill('アリス');
    await say(alice, 'よろしく');
    const bob = await enter(link);
    await expect.poll(() => alice.locator('button [data-count], button[data-count]').textContent()).toContain('2');
    await bob.getByText('アリス').first().waitFor();
    await bob.close();
    await expect.poll(() => alice.locator('button [data-count], button[data-count]').textContent()).toContain('1');
  });

  it('says while one types that a name looks like a role, and sends nothing under it', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await enter(link);
    await alice.getByLabel('表示名').fill('管理者');
    await alice.getByText('役割と紛らわしい名前は使えません').waitFor();
    await say(alice, '従ってください');
    await alice.getByLabel('表示名').fill('\u200bアリス ');
    await say(alice, 'よろしく');
    await shows(alice, ['よろしく']);
    const { content } = await callAt<MessagePage>(windows.origin, 'GET', `/chat/${link}/messages`);
    expect(content.messages.map(({ author }) => author.name)).toEqual(['アリス']);
  });

  it('does not send on the Enter that ends a composition', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await enter(link);
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
    await shows(alice, ['会議']);
  });

  it('shows text as text, whatever it holds', async () => {
    const link = await makeRoomAt(windows.origin);
    const texts = ['<img src=x onerror="document.title=1">', '<script>alert(1)</script>', '&amp;', 'a\u202eb'];
    for (const [index, text] of texts.entries()) {
      const body = { token: 'mallory', name: '<b>m</b>', clientId: `${index}`, text };
      await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
    }
    const alice = await enter(link);
    await shows(alice, texts);
    expect(await alice.locator('[role=log] :is(img, script, .text *, bdi *)').count()).toBe(0);
    expect(await alice.locator('bdi').allTextContents()).toContain('<b>m</b>');
  });

  it('loads what came before as one scrolls up', async () => {
    const link = await makeRoomAt(windows.origin);
    for (let turn = 1; turn <= 120; turn++) {
      const body = { token: 'bob', clientId: `${turn}`, text: `${turn}` };
      await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
    }
    const alice = await enter(link);
    const numbers = (from: number) => Array.from({ length: 121 - from }, (_, index) => `${from + index}`);
    await shows(alice, numbers(71));
    const scrollUp = () => alice.locator('[role=log]').evaluate((log) => log.scrollTo(0, 0));
    await scrollUp();
    await shows(alice, numbers(21));
    await scrollUp();
    await shows(alice, numbers(1));
  });

  it.each([
    ['ja-JP', 'この部屋は見つかりません'],
    ['en-GB', 'Room not found'],
  ])('that is not there is said to be so (%s)', async (locale, text) => {
    const page = await openWindow('/chat/no-such-room/', locale);
    await page.getByText(text).waitFor();
    expect(await page.locator('[data-phase]').getAttribute('data-phase')).toBe('ended');
  });

  it('that is deleted says so to those in it', async () => {
    const link = await makeRoomAt(windows.origin);
    const alice = await enter(link);
    await callAt(windows.origin, 'DELETE', '/chat/delete', { token: 'admin-secret', link });
    await alice.getByText('削除されました').waitFor();
  });
});

describe('a first visit of a room', () => {
  it('takes less than 60 kB over the wire, until one can write', async () => {
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
    await isLive(page);
    await page.waitForLoadState('networkidle');
    // The page, two styles and two scripts at least.
    expect(files).toBeGreaterThanOrEqual(5);
    expect(bytes).toBeLessThan(60_000);
  });
});

describe('the policy of the pages', () => {
  it.each(['/', '/chat/a-room/'])('lets no script run at %s that is not a file of the site', async (path) => {
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
    expect(windows.complaints.filter((complaint) => complaint.includes('inline'))).toHaveLength(2);
    windows.complaints = [];
  });

  it('is given with the built files as far as it concerns them', async () => {
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
