/** The page of docs/embed.md, as a stranger saves it and serves it from another port, in a real browser. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { readCurl } from '../support/curl.ts';
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

/** The first block of a language in a document, for the server of this test. */
function block(document: string, language: string): string {
  const text = readFileSync(`${root}docs/${document}`, 'utf8');
  const [, code = ''] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(text) ?? [];
  expect(code).toContain(documented);
  return code.replaceAll(documented, server.origin);
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
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button').click();
}

describe.each(['embed.md', 'embed.ja.md'])('the page of docs/%s', (document) => {
  it('joins the room, shows what others write as text, and keeps who one is', async () => {
    const [request] = readCurl(block(document, 'bash'));
    if (!request?.body) throw new Error('the document makes no room');
    // Each document has a room of its own, so that both can be followed on one server.
    const link = document.replace('.', '-').replace('.md', '');
    const ofItsOwn = (text: string) => text.replaceAll('reading-circle', link);
    const { method, headers } = request;
    const made = await fetch(request.url, { method, headers, body: ofItsOwn(request.body) });
    expect(made.status).toBe(201);
    const url = await serve(ofItsOwn(block(document, 'html')));
    const [alice, bob] = [await visit(url), await visit(url)];
    await write(alice, '<b>Hello</b> & こんにちは');
    await bob.getByText('<b>Hello</b> & こんにちは').waitFor();
    await write(bob, 'Hello, Alice');
    await alice.getByText('Hello, Alice').waitFor();
    await alice.reload();
    await alice.getByText('live', { exact: true }).waitFor();
    await write(alice, 'again');
    await bob.getByText('again').waitFor();
    const lines = await bob.getByRole('listitem').allTextContents();
    expect(lines).toHaveLength(3);
    const authors = lines.map((line) => line.split(':')[0]);
    expect(authors[2]).toBe(authors[0]);
    expect(authors[1]).not.toBe(authors[0]);
    expect(await bob.locator('b').count()).toBe(0);
  });
});
