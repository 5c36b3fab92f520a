/** Reading a room in a real browser: scroll position, unread messages, jumps to a message, and the search. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows, sendMessage, waitUntilLive } from '../support/browser-windows.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { RestParticipant } from '../support/rest-participant.ts';
import { expectEventually, waitUntil } from '../support/wait-until.ts';

const windows = BrowserWindows.forTestFile();

/** Texts of two lines, each with its number on the first. */
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}.\nsecond line`);

/** Creates a room with that many messages from Bob. */
async function roomWithMessages(count: number): Promise<{ link: string; bob: RestParticipant }> {
  const link = await makeRoomAt(windows.origin);
  const bob = new RestParticipant(windows.origin, link, 'bob');
  await bob.sendAll(numbered(1, count));
  return { link, bob };
}

/** The message whose text begins with that number. */
const message = (page: Page, number: number) =>
  page.locator('[data-message-id]').filter({ has: page.locator('.text', { hasText: new RegExp(`^${number}\\.`) }) });

const jumpButton = (page: Page) => page.locator('.jump-to-end');
const firstNumber = async (page: Page) => Number.parseInt(await page.locator('.text').first().innerText(), 10);

/** @returns pixels between the visible part and the end of the log */
const distanceToEnd = (page: Page) =>
  page.locator('[role=log]').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

const waitUntilAtEnd = (page: Page) => waitUntil(async () => (await distanceToEnd(page)) <= 1);

/** The first message whose top is visible, and its position in pixels. */
interface ScrollAnchor {
  id: string;
  top: number;
}

/** Scrolls to that many pixels from the first loaded message. @returns the anchor, before anything else loads */
function scrollTo(page: Page, pixels: number): Promise<ScrollAnchor> {
  return page.locator('[role=log]').evaluate((log, at) => {
    log.scrollTop = at;
    const { top } = log.getBoundingClientRect();
    const visible = [...log.querySelectorAll('[data-message-id]')].find((one) => one.getBoundingClientRect().top > top);
    if (!visible) throw new Error('no message in view');
    return { id: visible.getAttribute('data-message-id') ?? '', top: visible.getBoundingClientRect().top };
  }, pixels);
}

async function expectUnmoved(page: Page, { id, top }: ScrollAnchor): Promise<void> {
  const now = await page
    .locator(`[data-message-id="${id}"]`)
    .evaluate(
      (element) =>
        new Promise<number>((done) => requestAnimationFrame(() => done(element.getBoundingClientRect().top))),
    );
  expect(Math.abs(now - top)).toBeLessThanOrEqual(2);
}

/** Shows or hides a page, as when another window covers it. */
function setVisible(page: Page, isVisible: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isVisible);
}

/** Opens a room in a window that may start hidden, and that records the messages that are highlighted. */
async function openRecording(
  path: string,
  options: BrowserContextOptions & { isHidden?: boolean } = {},
): Promise<Page> {
  const { isHidden = false, ...rest } = options;
  const page = await windows.open('/favicon.svg', rest);
  await page.addInitScript((hidden) => {
    if (hidden) Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    const highlighted: (string | null)[] = [];
    Object.assign(window, { highlighted });
    new MutationObserver(() => {
      const id = document.querySelector('.is-highlighted')?.getAttribute('data-message-id');
      if (id && highlighted.at(-1) !== id) highlighted.push(id);
    }).observe(document, { subtree: true, childList: true, attributes: true });
  }, isHidden);
  await page.goto(new URL(path, windows.origin).href);
  await waitUntilLive(page);
  return page;
}

const highlighted = (page: Page) => page.evaluate(() => (window as unknown as { highlighted: string[] }).highlighted);

/** Waits until a message was highlighted, is in view and has the focus. */
async function waitForJumpTo(page: Page, number: number): Promise<void> {
  const target = message(page, number);
  await target.waitFor();
  const id = await target.getAttribute('data-message-id');
  await waitUntil(async () => (await highlighted(page)).at(-1) === id);
  await waitUntil(() => target.evaluate((element) => element === document.activeElement));
  const [log, there] = await Promise.all([page.locator('[role=log]').boundingBox(), target.boundingBox()]);
  if (!log || !there) throw new Error('not in view');
  expect(there.y).toBeGreaterThanOrEqual(log.y - 1);
  expect(there.y + there.height).toBeLessThanOrEqual(log.y + log.height + 1);
}

/** Scrolls to the end of the loaded messages until the newest one is reached. */
async function scrollToNewest(page: Page): Promise<void> {
  await waitUntil(async () => {
    await page.locator('[role=log]').evaluate((log) => log.scrollTo(0, log.scrollHeight));
    return (await jumpButton(page).count()) === 0;
  });
}

describe('the scroll position', () => {
  it('stays when older messages load above', async () => {
    const { link } = await roomWithMessages(200);
    const alice = await windows.openRoom(link);
    for (const loaded of [101, 51, 1]) {
      await expectEventually(async () => firstNumber(alice), loaded + 50);
      const anchor = await scrollTo(alice, 400);
      await expectEventually(async () => firstNumber(alice), loaded);
      await expectUnmoved(alice, anchor);
    }
    await alice.getByText('ここが会話の始まりです。').waitFor();
  });

  it('stays when messages arrive below or change above, and a button leads to the new messages', async () => {
    const { link, bob } = await roomWithMessages(50);
    const alice = await windows.openRoom(link);
    const anchor = await scrollTo(alice, 1_000);
    await bob.sendAll(numbered(51, 53));
    await jumpButton(alice).getByText('新着 3件').waitFor();
    await expectUnmoved(alice, anchor);
    await bob.edit(2, '2.\nand\nsome\nmore\nlines');
    await bob.react(1, '👍');
    await alice.locator('.reaction').waitFor();
    await expectUnmoved(alice, anchor);
    await jumpButton(alice).click();
    await waitUntilAtEnd(alice);
    await jumpButton(alice).waitFor({ state: 'detached' });
  });

  it('stays at the end when messages and reactions arrive and when the composer grows', async () => {
    const { link, bob } = await roomWithMessages(50);
    const alice = await windows.openRoom(link);
    await waitUntilAtEnd(alice);
    await bob.send('51.');
    await message(alice, 51).waitFor();
    await waitUntilAtEnd(alice);
    const field = alice.locator('textarea');
    const before = (await field.boundingBox())?.height ?? 0;
    await field.fill('a\nb\nc\nd\ne\nf');
    await waitUntil(async () => ((await field.boundingBox())?.height ?? 0) > before + 60);
    await waitUntilAtEnd(alice);
    await bob.react(51, '🎉');
    await alice.locator('.reaction').waitFor();
    await waitUntilAtEnd(alice);
  });

  it('moves to the end when the user sends a message', async () => {
    const { link } = await roomWithMessages(50);
    const alice = await windows.openRoom(link);
    await scrollTo(alice, 700);
    await jumpButton(alice).waitFor();
    await sendMessage(alice, '51.');
    await message(alice, 51).waitFor();
    await waitUntilAtEnd(alice);
  });
});

describe('unread messages', () => {
  /** Opens Alice's window, waits until that message is marked as read, and leaves the room. */
  async function readAndLeave(link: string, read: number, isHidden: boolean): Promise<Page> {
    const alice = await openRecording(`/chat/${link}/`, { isHidden: false });
    const bearer = await alice.evaluate(() => localStorage.getItem('flexio:token'));
    await waitUntil(async () => {
      const response = await fetch(new URL(`/chat/${link}/reading`, windows.origin), {
        headers: { Authorization: `Bearer ${bearer}` },
      });
      return (await response.json()).content.messageId === read;
    });
    expect(await alice.locator('.unread-divider').count()).toBe(0);
    await alice.goto('about:blank');
    if (isHidden) {
      await alice.addInitScript(() => Object.defineProperty(document, 'hidden', { configurable: true, value: true }));
    }
    return alice;
  }

  it('begin at a divider, and are counted in the title until the page is visible', async () => {
    const { link, bob } = await roomWithMessages(40);
    const alice = await readAndLeave(link, 40, true);
    await bob.sendAll(numbered(41, 43));
    await alice.goto(new URL(`/chat/${link}/`, windows.origin).href);
    await expectEventually(async () => alice.title(), '(3) 読書会 | Flexio Chat');
    await alice.locator('.unread-divider + article').filter({ hasText: '41.' }).waitFor();
    await setVisible(alice, true);
    await expectEventually(async () => alice.title(), '読書会 | Flexio Chat');
    await sendMessage(alice, '44.');
    await message(alice, 44).waitFor();
    await alice.locator('.unread-divider + article').filter({ hasText: '41.' }).waitFor();
  });

  it('are in view when the user returns, from the first of many', async () => {
    const { link, bob } = await roomWithMessages(60);
    const alice = await readAndLeave(link, 60, false);
    await bob.sendAll(numbered(61, 210));
    await alice.goto(new URL(`/chat/${link}/`, windows.origin).href);
    const divider = alice.locator('.unread-divider');
    await alice.locator('.unread-divider + article').filter({ hasText: '61.' }).waitFor();
    await waitUntil(async () => {
      const [log, box] = await Promise.all([alice.locator('[role=log]').boundingBox(), divider.boundingBox()]);
      return log !== null && box !== null && box.y > log.y && box.y < log.y + log.height / 2;
    });
    expect(await jumpButton(alice).innerText()).toMatch(/^新着 \d+件$/);
    await scrollToNewest(alice);
    await message(alice, 210).waitFor();
    await expectEventually(async () => alice.title(), '読書会 | Flexio Chat');
  });

  it('are counted while the page is hidden, and the divider is before the first of them', async () => {
    const { link, bob } = await roomWithMessages(3);
    const alice = await windows.openRoom(link);
    await waitUntil(async () => (await alice.title()) === '読書会 | Flexio Chat');
    await setVisible(alice, false);
    await bob.sendAll(numbered(4, 5));
    await expectEventually(async () => alice.title(), '(2) 読書会 | Flexio Chat');
    await alice.locator('.unread-divider + article').filter({ hasText: '4.' }).waitFor();
    await setVisible(alice, true);
    await expectEventually(async () => alice.title(), '読書会 | Flexio Chat');
    await bob.send('6.');
    await message(alice, 6).waitFor();
    expect(await alice.locator('.unread-divider + article').innerText()).toContain('4.');
  });
});

describe('a jump', () => {
  it('by a link shows its message, new messages do not scroll, and a button leads to the end', async () => {
    const { link, bob } = await roomWithMessages(200);
    const alice = await openRecording(`/chat/${link}/#m30`);
    await waitForJumpTo(alice, 30);
    const anchor = await scrollTo(alice, 1_000);
    await bob.send('201.');
    await jumpButton(alice).getByText('新着 1件').waitFor();
    await expectUnmoved(alice, anchor);
    expect(await message(alice, 201).count()).toBe(0);
    await jumpButton(alice).click();
    await message(alice, 201).waitFor();
    await waitUntilAtEnd(alice);
    await expectEventually(async () => jumpButton(alice).count(), 0);
  });

  it('can be left by scrolling down to the end', async () => {
    const { link, bob } = await roomWithMessages(200);
    const alice = await openRecording(`/chat/${link}/#m30`);
    await waitForJumpTo(alice, 30);
    await scrollToNewest(alice);
    await message(alice, 200).waitFor();
    await bob.send('201.');
    await message(alice, 201).waitFor();
    await waitUntilAtEnd(alice);
  });

  it('ends when the user sends a message', async () => {
    const { link } = await roomWithMessages(120);
    const alice = await openRecording(`/chat/${link}/#m10`);
    await waitForJumpTo(alice, 10);
    await sendMessage(alice, '121.');
    await message(alice, 121).waitFor();
    await waitUntilAtEnd(alice);
  });

  it('takes precedence over unread messages', async () => {
    const { link, bob } = await roomWithMessages(60);
    const alice = await openRecording(`/chat/${link}/`);
    const token = await alice.evaluate(() => localStorage.getItem('flexio:token'));
    await callAt(windows.origin, 'PUT', `/chat/${link}/reading`, { token, messageId: 60 });
    await alice.goto('about:blank');
    await bob.sendAll(numbered(61, 180));
    await alice.goto(new URL(`/chat/${link}/#m150`, windows.origin).href);
    await waitForJumpTo(alice, 150);
  });
});

describe('the search', () => {
  it('finds Japanese text, marks it, and jumps to the message', async () => {
    const { link, bob } = await roomWithMessages(2);
    await bob.send('3. 来週の会議は水曜日です');
    await bob.sendAll(numbered(4, 130));
    const alice = await openRecording(`/chat/${link}/`);
    await alice.getByRole('button', { name: '部屋の中を検索' }).click();
    const dialog = alice.getByRole('dialog');
    await dialog.getByRole('textbox').fill('会議');
    await dialog.locator('.search-hit').waitFor();
    expect(await dialog.locator('mark').allTextContents()).toEqual(['会議']);
    await dialog.locator('.search-hit').click();
    await dialog.waitFor({ state: 'detached' });
    await waitForJumpTo(alice, 3);
  });

  it('reports that nothing was found, and the Enter of an input method selects nothing', async () => {
    const { link } = await roomWithMessages(3);
    const alice = await windows.openRoom(link, { locale: 'en-GB' });
    await alice.getByRole('button', { name: 'Search the room' }).click();
    const field = alice.getByRole('dialog').getByRole('textbox');
    await field.fill('nowhere');
    await alice.locator('.search-count').getByText('No messages found').waitFor();
    await field.fill('second');
    await alice.locator('.search-hit').first().waitFor();
    await field.evaluate((input) => {
      input.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    });
    expect(await alice.getByRole('dialog').count()).toBe(1);
    await waitUntil(async () => {
      await field.press('Enter');
      return (await alice.getByRole('dialog').count()) === 0;
    });
  });
});
