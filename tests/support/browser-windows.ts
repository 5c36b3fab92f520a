/** Windows of a real browser at a real server, each with its own storage. Errors in their pages fail the test. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser } from './browser.ts';
import { Server } from './server.ts';
import { waitUntil } from './wait-until.ts';

export class BrowserWindows {
  /** Uncaught errors and policy violations in the pages since the start of the test. A test that expects some resets it. */
  pageErrors: string[] = [];
  #server: Server | undefined;
  #browser: Browser | undefined;
  readonly #contexts: BrowserContext[] = [];

  /** Registers hooks: a server and a browser start before the first test, and all windows are closed after each. */
  static forTestFile(): BrowserWindows {
    const windows = new BrowserWindows();
    beforeAll(async () => {
      [windows.#server, windows.#browser] = await Promise.all([Server.start(), launchBrowser()]);
    });
    afterEach(() => windows.close());
    afterAll(async () => {
      await windows.#browser?.close();
      await windows.#server?.stop();
    });
    return windows;
  }

  /** The server, which was started with empty storage. */
  get server(): Server {
    if (!this.#server) throw new Error('no test has begun');
    return this.#server;
  }

  get origin(): string {
    return this.server.origin;
  }

  /** Opens a window with its own storage at a path of the service. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    if (!this.#browser) throw new Error('no test has begun');
    const context = await this.#browser.newContext({
      locale: 'ja-JP',
      viewport: { width: 1_280, height: 800 },
      ...options,
    });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.pageErrors.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (/Content Security Policy|Trusted|Permissions-Policy/i.test(text)) this.pageErrors.push(text);
    });
    await page.goto(new URL(path, this.server.origin).href);
    return page;
  }

  /** Opens a room in a window, and waits until its connection is live. */
  async openRoom(link: string, options?: BrowserContextOptions): Promise<Page> {
    const page = await this.open(`/chat/${link}/`, options);
    await waitUntilLive(page);
    return page;
  }

  /** Closes all windows, and fails if there was an error in their pages. */
  async close(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    const errors = this.pageErrors;
    this.pageErrors = [];
    expect(errors).toEqual([]);
  }
}

/** Waits until the connection of a room page is live. */
export async function waitUntilLive(page: Page): Promise<void> {
  await page.locator('[data-phase=live]').waitFor();
}

/** Sends a message with the composer. */
export async function sendMessage(page: Page, text: string): Promise<void> {
  await page
    .getByLabel(/^(メッセージ|Message)$/)
    .and(page.locator('textarea'))
    .fill(text);
  await page.keyboard.press('Enter');
}

/** The texts of the messages on the page. */
const textsOn = (page: Page) => page.locator('[role=log] [data-message-id] .text').allTextContents();

/** Waits until a room page shows these messages and no others. */
export async function expectMessages(page: Page, texts: string[]): Promise<void> {
  await waitUntil(async () => JSON.stringify(await textsOn(page)) === JSON.stringify(texts)).catch(async () => {
    expect(await textsOn(page)).toEqual(texts);
  });
}
