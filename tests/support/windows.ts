/** Windows of a real browser at a real server: each is somebody's own, and what goes wrong in their pages is heard. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser } from './browser.ts';
import { Server } from './server.ts';
import { until } from './until.ts';

export class Windows {
  /** What went wrong in the pages since it was last asked. */
  complaints: string[] = [];
  #server: Server | undefined;
  #browser: Browser | undefined;
  readonly #contexts: BrowserContext[] = [];

  /** The windows of a test file: there are some before its first test, all are closed after each. */
  static ofThisFile(): Windows {
    const windows = new Windows();
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

  /** The server, which began with empty storage. */
  get server(): Server {
    if (!this.#server) throw new Error('no test has begun');
    return this.#server;
  }

  /** Where it is. */
  get origin(): string {
    return this.server.origin;
  }

  /** Opens a window of somebody's own, with its own storage, at a path of the service. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    if (!this.#browser) throw new Error('no test has begun');
    const context = await this.#browser.newContext({
      locale: 'ja-JP',
      viewport: { width: 1_280, height: 800 },
      ...options,
    });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (/Content Security Policy|Trusted|Permissions-Policy/i.test(text)) this.complaints.push(text);
    });
    await page.goto(new URL(path, this.server.origin).href);
    return page;
  }

  /** Opens a window in a room, and waits until it is live. */
  async enter(link: string, options?: BrowserContextOptions): Promise<Page> {
    const page = await this.open(`/chat/${link}/`, options);
    await isLive(page);
    return page;
  }

  /** Closes all windows; none of them may have complained. */
  async close(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    const heard = this.complaints;
    this.complaints = [];
    expect(heard).toEqual([]);
  }
}

/** Waits until a room is live. */
export async function isLive(page: Page): Promise<void> {
  await page.locator('[data-phase=live]').waitFor();
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page
    .getByLabel(/^(メッセージ|Message)$/)
    .and(page.locator('textarea'))
    .fill(text);
  await page.keyboard.press('Enter');
}

/** The texts of the messages that the room has, as the page shows them. */
const shown = (page: Page) => page.locator('[role=log] [data-message-id] .text').allTextContents();

/** Waits until a room shows these messages and no others. */
export async function shows(page: Page, texts: string[]): Promise<void> {
  await until(async () => JSON.stringify(await shown(page)) === JSON.stringify(texts)).catch(async () => {
    expect(await shown(page)).toEqual(texts);
  });
}
