/** Windows of a real browser at a real server: each is somebody's own, and what goes wrong in their pages is heard. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser } from './browser.ts';
import { Server } from './server.ts';
import { until } from './until.ts';

export class Windows {
  readonly server: Server;
  /** What went wrong in the pages since it was last asked. */
  complaints: string[] = [];
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];

  private constructor(server: Server, browser: Browser) {
    this.server = server;
    this.#browser = browser;
  }

  /** Starts a server with empty storage, and a browser. */
  static async start(): Promise<Windows> {
    const [server, browser] = await Promise.all([Server.start(), launchBrowser()]);
    return new Windows(server, browser);
  }

  /** Opens a window of somebody's own, with its own storage, at a path of the service. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
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

  /** Ends the browser and the server. */
  async stop(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
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
