/** What docs/embed.md tells a stranger to put into a page, served from another port, in a real browser. */
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
import { readCurl } from '../support/curl.ts';
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
/** What the browser complains of. */
const complaints: string[] = [];
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  for (const host of hosts.splice(0)) host.close();
  expect(complaints.splice(0)).toEqual([]);
});

/** The blocks of a language in a document, for the server of this test. */
function blocks(document: string, language: string): string[] {
  const text = readFileSync(`${root}docs/${document}`, 'utf8');
  const found = [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code = '']) => code,
  );
  return found.filter((code) => code.includes(documented)).map((code) => code.replaceAll(documented, server.origin));
}

/** Makes the room of a document, under a link of its own, and gives its pages for that link: the widget's, the library's. */
async function follow(document: string, link: string): Promise<[widget: string, library: string]> {
  const [curl = ''] = blocks(document, 'bash');
  const [request] = readCurl(curl);
  if (!request?.body) throw new Error('the document makes no room');
  const ofItsOwn = (text: string) => text.replaceAll('reading-circle', link);
  const { method, headers } = request;
  const made = await fetch(request.url, { method, headers, body: ofItsOwn(request.body) });
  expect(made.status).toBe(201);
  const pages = blocks(document, 'html').map(ofItsOwn);
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

/** A browser of somebody's own, on that page. */
async function visit(url: string): Promise<Page> {
  const context = await browser.newContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto(url);
  return page;
}

async function isLive(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor();
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button').click();
}

describe.each(['embed.md', 'embed.ja.md'])('the page of docs/%s', (document) => {
  it('joins the room, shows what others write as text, and keeps who one is', async () => {
    const [, library] = await follow(document, `library-${document.length}`);
    const url = await serve(library);
    const [alice, bob] = [await visit(url), await visit(url)];
    await Promise.all([isLive(alice), isLive(bob)]);
    await write(alice, '<b>Hello</b> & こんにちは');
    await bob.getByText('<b>Hello</b> & こんにちは').waitFor();
    await write(bob, 'Hello, Alice');
    await alice.getByText('Hello, Alice').waitFor();
    await alice.reload();
    await isLive(alice);
    await write(alice, 'again');
    await bob.getByText('again').waitFor();
    const lines = await bob.getByRole('listitem').allTextContents();
    expect(lines).toHaveLength(3);
    const authors = lines.map((line) => line.split(':')[0]);
    expect(authors[2]).toBe(authors[0]);
    expect(authors[1]).not.toBe(authors[0]);
    expect(await bob.locator('b').count()).toBe(0);
  });

  it('holds a widget in which two people talk', async () => {
    const [widget] = await follow(document, `widget-${document.length}`);
    const url = await serve(`<!doctype html><title>A blog</title>${widget}`);
    const [alice, bob] = [await visit(url), await visit(url)];
    await say(alice, '<b>Hello</b> & こんにちは');
    await bob.locator('.text', { hasText: '<b>Hello</b> & こんにちは' }).waitFor();
    await say(bob, 'Hello, Alice');
    await alice.locator('.text', { hasText: 'Hello, Alice' }).waitFor();
    expect(await bob.locator('.text b').count()).toBe(0);
  });
});

/** Writes into the one widget of a page. */
async function say(page: Page, text: string): Promise<void> {
  await page.locator('[data-phase=live]').waitFor();
  await page.locator('flexio-chat textarea').fill(text);
  await page.keyboard.press('Enter');
}

describe('the widget', () => {
  const html = (attributes: string) =>
    `<!doctype html><html style="font-size:10px"><body><p>Around it</p>
     <script type="module" src="${server.origin}/embed/widget.js"></script>
     <flexio-chat ${attributes}></flexio-chat>`;

  it('leaves the page around it as it is, in language, look and title', async () => {
    const link = await makeRoomAt(server.origin);
    const page = await visit(await serve(html(`link="${link}" lang="en" data-theme="dark"`)));
    await say(page, 'Hello');
    await page.getByText('Sent', { exact: true }).waitFor();
    const { lang, dataset, title, color, size } = await page.evaluate(() => {
      const { documentElement: root, title } = document;
      const paragraph = getComputedStyle(document.querySelector('body > p') ?? root);
      const text = document.querySelector('flexio-chat')?.shadowRoot?.querySelector('.text') ?? root;
      const size = getComputedStyle(text).fontSize;
      return { lang: root.lang, dataset: { ...root.dataset }, title, color: paragraph.color, size };
    });
    expect({ lang, dataset, title, color }).toEqual({ lang: '', dataset: {}, title: '', color: 'rgb(0, 0, 0)' });
    // 15 pixels, however large letters are around it.
    expect(size).toBe('15px');
  });

  it('opens menus and questions, and gives the focus back', async () => {
    const link = await makeRoomAt(server.origin);
    const page = await visit(await serve(html(`link="${link}" lang="en"`)));
    await say(page, 'Delete me');
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

  it('goes to another room, and leaves when it is taken away', async () => {
    const [one, other] = [await makeRoomAt(server.origin), await makeRoomAt(server.origin)];
    const page = await visit(await serve(html(`link="${one}" lang="en"`)));
    await say(page, 'in one');
    const countOf = async (link: string) =>
      (await callAt<RoomView>(server.origin, 'GET', `/chat/${link}`)).content.participantCount;
    await expect.poll(() => countOf(one)).toBe(1);
    await page.locator('flexio-chat').evaluate((chat, link) => chat.setAttribute('link', link), other);
    await say(page, 'in the other');
    await expect.poll(() => Promise.all([countOf(one), countOf(other)])).toEqual([0, 1]);
    await page.locator('flexio-chat').evaluate((chat) => chat.remove());
    await expect.poll(() => countOf(other)).toBe(0);
  });

  it.each([
    ['once its script is there', (script: string, rest: string) => `import '${script}';${rest}`],
    ['before its script is there', (script: string, rest: string) => `${rest}await import('${script}');`],
  ])('shows what the page around it knows of a person, set %s', async (_, inOrder) => {
    const link = await makeRoomAt(server.origin);
    const rest = `
      const chat = document.createElement('flexio-chat');
      chat.credentials = { token: async () => 'from-my-site', name: 'Carol' };
      chat.setAttribute('link', '${link}');
      document.body.append(chat);`;
    const script = inOrder(`${server.origin}/embed/widget.js`, rest);
    const page = await visit(await serve(`<!doctype html><body><script type="module">${script}</script>`));
    await say(page, 'Hello');
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
