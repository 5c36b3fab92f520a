/** The examples of docs/embed.md in a page served from another port, in a real browser. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import { launchBrowser } from '../support/browser.ts';
import { parseCurl } from '../support/curl.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documented = 'http://localhost:8787';

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([Server.start(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const contexts: BrowserContext[] = [];
const hosts: HttpServer[] = [];
/** Errors in the pages of the running test. */
const pageErrors: string[] = [];
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  for (const host of hosts.splice(0)) host.close();
  expect(pageErrors.splice(0)).toEqual([]);
});

/** @returns the code blocks of a language in a document, with the origin of the test server */
function blocks(document: string, language: string): string[] {
  const text = readFileSync(`${root}docs/${document}`, 'utf8');
  const found = [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code = '']) => code,
  );
  return found.filter((code) => code.includes(documented)).map((code) => code.replaceAll(documented, server.origin));
}

/** Creates the room of a document at another link. @returns the document's two pages, with that link */
async function createDocumentedRoom(document: string, link: string): Promise<[widget: string, library: string]> {
  const [curl = ''] = blocks(document, 'bash');
  const [request] = parseCurl(curl);
  if (!request?.body) throw new Error('the document makes no room');
  const withLink = (text: string) => text.replaceAll('reading-circle', link);
  const { method, headers } = request;
  const made = await fetch(request.url, { method, headers, body: withLink(request.body) });
  expect(made.status).toBe(201);
  const pages = blocks(document, 'html').map(withLink);
  expect(pages).toHaveLength(2);
  return pages as [string, string];
}

async function serve(html: string): Promise<string> {
  const host = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(html));
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  hosts.push(host);
  return `http://127.0.0.1:${(host.address() as AddressInfo).port}/`;
}

/** Opens a page in a window with its own storage. */
async function openPage(url: string): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => pageErrors.push(message));
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto(url);
  return page;
}

async function waitUntilLive(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor();
}

async function submit(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button').click();
}

describe.each(['embed.md', 'embed.ja.md'])('the page of docs/%s', (document) => {
  it('joins the room, shows messages of others as text, and keeps the participant after a reload', async () => {
    const [, library] = await createDocumentedRoom(document, `library-${document.length}`);
    const url = await serve(library);
    const [alice, bob] = [await openPage(url), await openPage(url)];
    await Promise.all([waitUntilLive(alice), waitUntilLive(bob)]);
    await submit(alice, '<b>Hello</b> & こんにちは');
    await bob.getByText('<b>Hello</b> & こんにちは').waitFor();
    await submit(bob, 'Hello, Alice');
    await alice.getByText('Hello, Alice').waitFor();
    await alice.reload();
    await waitUntilLive(alice);
    await submit(alice, 'again');
    await bob.getByText('again').waitFor();
    const lines = await bob.getByRole('listitem').allTextContents();
    expect(lines).toHaveLength(3);
    const authors = lines.map((line) => line.split(':')[0]);
    expect(authors[2]).toBe(authors[0]);
    expect(authors[1]).not.toBe(authors[0]);
    expect(await bob.locator('b').count()).toBe(0);
  });

  it('contains a widget in which two participants chat', async () => {
    const [widget] = await createDocumentedRoom(document, `widget-${document.length}`);
    const url = await serve(`<!doctype html><title>A blog</title>${widget}`);
    const [alice, bob] = [await openPage(url), await openPage(url)];
    await sendMessage(alice, '<b>Hello</b> & こんにちは');
    await bob.locator('.text', { hasText: '<b>Hello</b> & こんにちは' }).waitFor();
    await sendMessage(bob, 'Hello, Alice');
    await alice.locator('.text', { hasText: 'Hello, Alice' }).waitFor();
    expect(await bob.locator('.text b').count()).toBe(0);
  });
});

/** Sends a message in the only widget of a page. */
async function sendMessage(page: Page, text: string): Promise<void> {
  await page.locator('[data-phase=live]').waitFor();
  await page.locator('flexio-chat textarea').fill(text);
  await page.keyboard.press('Enter');
}

describe('the widget', () => {
  const html = (attributes: string) =>
    `<!doctype html><html style="font-size:10px"><body><p>Around it</p>
     <script type="module" src="${server.origin}/embed/widget.js"></script>
     <flexio-chat ${attributes}></flexio-chat>`;

  it('does not change the language, style and title of the page', async () => {
    const link = await makeRoomAt(server.origin);
    const page = await openPage(await serve(html(`link="${link}" lang="en" data-theme="dark"`)));
    await sendMessage(page, 'Hello');
    await page.getByText('Sent', { exact: true }).waitFor();
    const { lang, dataset, title, color, size } = await page.evaluate(() => {
      const { documentElement: root, title } = document;
      const paragraph = getComputedStyle(document.querySelector('body > p') ?? root);
      const text = document.querySelector('flexio-chat')?.shadowRoot?.querySelector('.text') ?? root;
      const size = getComputedStyle(text).fontSize;
      return { lang: root.lang, dataset: { ...root.dataset }, title, color: paragraph.color, size };
    });
    expect({ lang, dataset, title, color }).toEqual({ lang: '', dataset: {}, title: '', color: 'rgb(0, 0, 0)' });
    // 15 pixels, independent of the font size of the page.
    expect(size).toBe('15px');
  });

  it('opens menus and dialogs, and returns the focus', async () => {
    const link = await makeRoomAt(server.origin);
    const page = await openPage(await serve(html(`link="${link}" lang="en"`)));
    await sendMessage(page, 'Delete me');
    const message = page.getByRole('article');
    await message.hover();
    await message.getByRole('button', { name: 'More' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Deleted by the author').waitFor();
    await page.getByRole('button', { name: 'Share' }).click();
    const address = page.getByRole('dialog').getByLabel('Room link', { exact: true });
    expect(await address.inputValue()).toBe(`${server.origin}/chat/${link}/`);
    await page.keyboard.press('Escape');
    const focused = () =>
      page.evaluate(() => document.querySelector('flexio-chat')?.shadowRoot?.activeElement?.textContent);
    await expect.poll(focused).toBe('Share');
  });

  it('joins another room when its link changes, and leaves when it is removed', async () => {
    const [one, other] = [await makeRoomAt(server.origin), await makeRoomAt(server.origin)];
    const page = await openPage(await serve(html(`link="${one}" lang="en"`)));
    await sendMessage(page, 'in one');
    const countOf = async (link: string) =>
      (await callAt<RoomView>(server.origin, 'GET', `/chat/${link}`)).content.participantCount;
    await expect.poll(() => countOf(one)).toBe(1);
    await page.locator('flexio-chat').evaluate((chat, link) => chat.setAttribute('link', link), other);
    await sendMessage(page, 'in the other');
    await expect.poll(() => Promise.all([countOf(one), countOf(other)])).toEqual([0, 1]);
    await page.locator('flexio-chat').evaluate((chat) => chat.remove());
    await expect.poll(() => countOf(other)).toBe(0);
  });

  it.each([
    ['after its script has loaded', (script: string, rest: string) => `import '${script}';${rest}`],
    ['before its script has loaded', (script: string, rest: string) => `${rest}await import('${script}');`],
  ])('uses credentials that the page sets %s', async (_, inOrder) => {
    const link = await makeRoomAt(server.origin);
    const rest = `
      const chat = document.createElement('flexio-chat');
      chat.credentials = { token: async () => 'from-my-site', name: 'Carol' };
      chat.setAttribute('link', '${link}');
      document.body.append(chat);`;
    const script = inOrder(`${server.origin}/embed/widget.js`, rest);
    const page = await openPage(await serve(`<!doctype html><body><script type="module">${script}</script>`));
    await sendMessage(page, 'Hello');
    await page.locator('[data-message-id]').getByRole('button', { name: 'Carol' }).waitFor();
    const { content } = await callAt<MessagePage>(server.origin, 'GET', `/chat/${link}/messages`);
    await callAt(server.origin, 'POST', `/chat/${link}/messages`, {
      token: 'from-my-site',
      clientId: 'c',
      text: 'again',
    });
    const again = await callAt<MessagePage>(server.origin, 'GET', `/chat/${link}/messages`);
    expect(again.content.messages[1]?.author.id).toBe(content.messages[0]?.author.id);
  });
});
