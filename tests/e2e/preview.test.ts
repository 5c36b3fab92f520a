/** What a room's page is before any script has run, and what a phone keeps of it, as a real browser reads it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { until } from '../support/until.ts';

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

/** Makes a room with that title, and waits for the copy of which the page is told. */
async function makeKnownRoom(title: string): Promise<string> {
  const link = await makeRoomAt(server.origin);
  const address = `${server.origin}/chat/${link}/`;
  await callAt(server.origin, 'PUT', '/chat/update', { token: 'admin-secret', link, content: { title, about: title } });
  const plain = await (await fetch(`${server.origin}/chat/no-such-room/`)).text();
  const size = (html: string) => html.replaceAll(link, '').length;
  // The first copy may be that of the room as it was made.
  await until(async () => size(await (await fetch(address)).text()) > plain.length + title.length * 2);
  return address;
}

it('a hostile title is text in the page, and the page itself sets it when it runs', async () => {
  const address = await makeKnownRoom(hostile);
  const unscripted = await browser.newContext({ javaScriptEnabled: false });
  const page = await unscripted.newPage();
  await until(async () => {
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
  await until(async () => (await scripted.title()) === `${hostile} | Flexio Chat`);
  await scripted.close();
});

it.each(['/', '/chat/a-room/'])('a phone can keep %s, and comes back to it', async (path) => {
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
