/** The pages on another origin than the service, and the files that other sites load, in a real browser. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import { launchBrowser } from '../support/browser.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { StaticHost } from '../support/static-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const allowedOrigin = 'https://pages.example';

let server: Server;
let browser: Browser;
let folder: string;
/** Serves the pages, built for another origin than that of the service. */
let host: StaticHost;
const contexts: BrowserContext[] = [];
/** Errors in the pages of the running test. */
let pageErrors: string[] = [];

/** Builds the pages for a separate host, to use that service. */
async function build(service: string, to: string): Promise<void> {
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--config', 'pages/vite.config.ts'];
  await promisify(execFile)(process.execPath, [...vite, '--outDir', to, '--emptyOutDir', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', VITE_API_ORIGIN: service },
  });
}

beforeAll(async () => {
  [server, browser, folder] = await Promise.all([
    Server.start({ vars: { ALLOWED_ORIGINS: allowedOrigin } }),
    launchBrowser(),
    mkdtemp(join(tmpdir(), 'flexio-site-')),
  ]);
  await build(server.origin, folder);
  host = await StaticHost.start(folder);
});
afterAll(async () => {
  await browser?.close();
  host?.stop();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  const errors = pageErrors;
  pageErrors = [];
  expect(errors).toEqual([]);
});

/** Opens a blank window with its own storage. */
async function openWindow(): Promise<Page> {
  const context = await browser.newContext({ locale: 'ja-JP', viewport: { width: 1_280, height: 800 } });
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted|Permissions-Policy|CORS|manifest/i.test(message.text())) {
      pageErrors.push(message.text());
    }
  });
  return page;
}

async function openRoom(origin: string, link: string): Promise<Page> {
  const page = await openWindow();
  await page.goto(`${origin}/chat/${link}/`);
  await waitUntilLive(page);
  return page;
}

async function waitUntilLive(page: Page): Promise<void> {
  await page.locator('[data-phase=live]').waitFor();
}

async function sendMessage(page: Page, text: string): Promise<void> {
  await page.locator('textarea').fill(text);
  await page.keyboard.press('Enter');
}

async function expectMessages(page: Page, texts: string[]): Promise<void> {
  await expect
    .poll(() => page.locator('[role=log] [data-message-id] .text').allTextContents(), { timeout: 30_000 })
    .toEqual(texts);
}

describe('pages on another origin', () => {
  it('chat with pages on the origin of the service', async () => {
    const link = await makeRoomAt(server.origin);
    const [crossOrigin, sameOrigin] = [await openRoom(host.origin, link), await openRoom(server.origin, link)];
    await sendMessage(crossOrigin, 'こちらは別の場所です');
    await expectMessages(sameOrigin, ['こちらは別の場所です']);
    await sendMessage(sameOrigin, '届いています');
    await expectMessages(crossOrigin, ['こちらは別の場所です', '届いています']);
    await crossOrigin.reload();
    await waitUntilLive(crossOrigin);
    await expectMessages(crossOrigin, ['こちらは別の場所です', '届いています']);
  });

  it('create rooms, and share links to their own origin', async () => {
    const page = await openWindow();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: host.origin });
    await page.goto(host.origin);
    await page.locator('#make-title').fill('別の場所の会');
    await page.locator('#make-link').fill('elsewhere');
    await page.getByRole('button', { name: 'つくって入る' }).click();
    await page.getByRole('dialog').getByText('控えたので部屋に入る').click();
    await waitUntilLive(page);
    expect(page.url()).toBe(`${host.origin}/chat/elsewhere/`);
    await page.getByRole('button', { name: '共有' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'コピー' }).click();
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()), { timeout: 30_000 })
      .toBe(`${host.origin}/chat/elsewhere/`);
    await page.goto(host.origin);
    await page.locator('[data-link=elsewhere]').click();
    await waitUntilLive(page);
    expect(page.url()).toBe(`${host.origin}/chat/elsewhere/`);
  });

  it('have the security headers of the service’s own pages, except for connect-src', async () => {
    const socket = server.origin.replace('http', 'ws');
    const securityHeaders = (headers: Headers) => [
      headers.get('Content-Security-Policy')?.replace(/connect-src [^;]*/, ''),
      ...['X-Frame-Options', 'Cross-Origin-Opener-Policy', 'Permissions-Policy', 'Referrer-Policy'].map((name) =>
        headers.get(name),
      ),
      headers.get('X-Content-Type-Options'),
    ];
    for (const path of ['/', '/chat/a-room/']) {
      const [crossOrigin, sameOrigin] = [await fetch(host.origin + path), await fetch(server.origin + path)];
      expect(securityHeaders(crossOrigin.headers)).toEqual(securityHeaders(sameOrigin.headers));
      const policy = crossOrigin.headers.get('Content-Security-Policy')?.split('; ');
      expect(policy).toContain(`connect-src ${server.origin} ${socket}`);
      expect(crossOrigin.headers.get('Strict-Transport-Security')).toBe('max-age=31536000');
    }
    const page = await openWindow();
    await page.goto(host.origin);
    await expect(page.evaluate(() => fetch('/favicon.svg').then(({ status }) => status))).rejects.toThrow();
    const errors = pageErrors.splice(0).join('\n');
    expect(errors).toContain(`connect-src ${server.origin} ${socket}`);
  });

  /** Opens a room at an origin that is not loopback. Requests to it are answered from the built files. */
  async function openRoomAt(origin: string, link: string): Promise<Page> {
    const page = await openWindow();
    // Older browsers do not have this permission and do not need it.
    await page
      .context()
      .grantPermissions(['local-network-access'], { origin })
      .catch(() => undefined);
    await page.route(`${origin}/**`, (route) => route.fulfill(host.respond(route.request().url())));
    await page.goto(`${origin}/chat/${link}/`);
    return page;
  }

  it('connect if their origin is allowed', async () => {
    const page = await openRoomAt(allowedOrigin, await makeRoomAt(server.origin));
    await waitUntilLive(page);
  });

  it('show an error and do not reconnect if their origin is not allowed', async () => {
    const page = await openRoomAt('https://foreign.example', await makeRoomAt(server.origin));
    await page.locator('[data-phase=ended]').waitFor();
    await page.getByText('この部屋には入れません').waitFor();
    await page.getByText('403').first().waitFor();
  });

  it('publish no _headers and _redirects, and neither does the service', async () => {
    for (const file of ['_headers', '_redirects']) {
      expect((await fetch(`${host.origin}/${file}`)).status).toBe(404);
      expect((await fetch(`${server.origin}/${file}`)).status).toBe(404);
    }
  });

  it.each(['https://api.example/', 'api.example', 'https://api.example/v1'])(
    'cannot be built for a service URL that is not an origin: %s',
    async (service) => {
      await expect(build(service, join(folder, 'never'))).rejects.toThrow('VITE_API_ORIGIN must be an origin');
    },
  );
});

describe('the client library', () => {
  const library = () => `${server.origin}/embed/flexio.js`;

  it('is a module for any origin, revalidated after five minutes', async () => {
    for (const headers of [{}, { Origin: 'https://foreign.example' }, { Origin: server.origin }] as const) {
      const answer = await fetch(library(), { headers });
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=300',
        'content-type': expect.stringMatching(/^text\/javascript/),
        'x-content-type-options': 'nosniff',
      });
      expect(answer.headers.has('Access-Control-Allow-Credentials')).toBe(false);
      expect(answer.headers.has('Vary')).toBe(false);
    }
    const etag = (await fetch(library())).headers.get('ETag') ?? '';
    const again = await fetch(library(), { headers: { 'If-None-Match': etag } });
    expect(again.status).toBe(304);
    expect(again.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(again.headers.get('Cache-Control')).toBe('public, max-age=300');
    expect((await fetch(library(), { method: 'HEAD' })).headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it('is available to any origin, but pages and their files are not', async () => {
    const [script] = /\/assets\/[^"]+\.js/.exec(await (await fetch(server.origin)).text()) ?? [];
    for (const path of ['/', '/chat/a-room/', script, '/favicon.svg', '/embed/none.js', '/chat/list']) {
      const { headers } = await fetch(`${server.origin}${path}`, { headers: { Origin: 'https://foreign.example' } });
      expect([path, headers.get('Access-Control-Allow-Origin')]).toEqual([path, null]);
      expect(headers.has('Cross-Origin-Resource-Policy')).toBe(false);
    }
  });

  it('lets a page of any origin join a room and send messages', async () => {
    const link = await makeRoomAt(server.origin);
    const html = `<!doctype html>
<title>A page on another site</title>
<p>Not sent yet</p>
<script type="module">
  import { RoomConnection } from '${library()}';
  const room = new RoomConnection({
    origin: '${server.origin}', link: '${link}', token: 'from-elsewhere', name: 'Alice',
    onState: ({ messages }) => { if (messages.length > 0) document.querySelector('p').textContent = messages[0].text; },
  });
  room.send('Hello');
</script>`;
    const site = await mkdtemp(join(tmpdir(), 'flexio-page-'));
    await writeFile(join(site, 'index.html'), html);
    const otherSite = await StaticHost.start(site);
    try {
      const page = await openWindow();
      await page.goto(otherSite.origin);
      await page.getByText('Hello').waitFor();
    } finally {
      otherSite.stop();
      await rm(site, { recursive: true });
    }
    const { content } = await callAt<MessagePage>(server.origin, 'GET', `/chat/${link}/messages`);
    expect(content.messages.map(({ text, author }) => [text, author.name])).toEqual([['Hello', 'Alice']]);
  });
});
