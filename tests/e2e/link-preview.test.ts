/** The HTML of a room page before any script has run, and the web app manifest, as a real browser reads them. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { waitUntil } from '../support/wait-until.ts';

let server: Server;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const hostile = '"></title><script>document.title = "ran"</script> &lt;b&gt; &amp; \'';

/** Creates a room with that title, and waits until its page contains it. @returns the address of the page */
async function createRoomWithTitle(title: string): Promise<string> {
  const link = await makeRoomAt(server.origin);
  const address = `${server.origin}/chat/${link}/`;
  await callAt(server.origin, 'PUT', '/chat/update', { token: 'admin-secret', link, content: { title, about: title } });
  const plain = await (await fetch(`${server.origin}/chat/no-such-room/`)).text();
  const size = (html: string) => html.replaceAll(link, '').length;
  // The first replica can still have the title from the creation of the room.
  await waitUntil(async () => size(await (await fetch(address)).text()) > plain.length + title.length * 2);
  return address;
}

it('a hostile title is text in the HTML, and the script of the page sets the same title', async () => {
  const address = await createRoomWithTitle(hostile);
  const unscripted = await browser.newContext({ javaScriptEnabled: false });
  const page = await unscripted.newPage();
  await waitUntil(async () => {
    await page.goto(address);
    return (await page.title()) !== 'Flexio Chat';
  });
  expect(await page.title()).toBe(`${hostile} | Flexio Chat`);
  const shown = (selector: string) => page.locator(`head > ${selector}`).getAttribute('content');
  expect(await shown('meta[name=description]')).toBe(hostile);
  expect(await shown('meta[property="og:title"]')).toBe(hostile);
  expect(await shown('meta[property="og:description"]')).toBe(hostile);
  expect(await shown('meta[property="og:url"]')).toBe(address);
  expect(await page.locator('head > link[rel=canonical]').getAttribute('href')).toBe(address);
  expect(await page.locator('script').count()).toBe(1);
  await unscripted.close();

  const scripted = await browser.newPage();
  await scripted.goto(address);
  await scripted.locator('[data-phase=live]').waitFor();
  await waitUntil(async () => (await scripted.title()) === `${hostile} | Flexio Chat`);
  await scripted.close();
});

it.each(['/', '/chat/a-room/'])('%s can be installed as an app that starts there', async (path) => {
  const page = await browser.newPage();
  await page.goto(server.origin + path);
  const devtools = await page.context().newCDPSession(page);
  const { url, errors, manifest } = await devtools.send('Page.getAppManifest');
  expect([url, errors]).toEqual([`${server.origin}/manifest.webmanifest`, []]);
  expect(manifest).toMatchObject({
    name: 'Flexio Chat',
    startUrl: server.origin + path,
    scope: `${server.origin}/`,
    display: 'kStandalone',
  });
  await page.close();
});
