/** Reading in a room: where one is in the log, what is unread, jumps and the search, in a real browser. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Caller } from '../support/caller.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { becomes, until } from '../support/until.ts';
import { isLive, say, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

/** Messages of two lines, each with its number on the first. */
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}.\nsecond line`);

/** A room in which Bob has said so much. */
async function roomOf(count: number): Promise<{ link: string; bob: Caller }> {
  const link = await makeRoomAt(windows.origin);
  const bob = new Caller(windows.origin, link, 'bob');
  await bob.sayAll(numbered(1, count));
  return { link, bob };
}

/** A message, by the number with which it begins. */
const message = (page: Page, number: number) =>
  page.locator('[data-message-id]').filter({ has: page.locator('.text', { hasText: new RegExp(`^${number}\\.`) }) });

const pill = (page: Page) => page.locator('.jump-to-end');
const firstNumber = async (page: Page) => Number.parseInt(await page.locator('.text').first().innerText(), 10);

/** How far the end of the log is below what is in view, in pixels. */
const below = (page: Page) =>
  page.locator('[role=log]').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

const isAtEnd = (page: Page) => until(async () => (await below(page)) <= 1);

/** The first message that is whole in view, and where it stands. */
interface Standing {
  id: string;
  top: number;
}

/** Scrolls to so many pixels from the top of what is loaded. @returns what stands where, before anything loads */
function scrollTo(page: Page, pixels: number): Promise<Standing> {
  return page.locator('[role=log]').evaluate((log, at) => {
    log.scrollTop = at;
    const { top } = log.getBoundingClientRect();
    const whole = [...log.querySelectorAll('[data-message-id]')].find((one) => one.getBoundingClientRect().top > top);
    if (!whole) throw new Error('no message in view');
    return { id: whole.getAttribute('data-message-id') ?? '', top: whole.getBoundingClientRect().top };
  }, pixels);
}

async function stands(page: Page, { id, top }: Standing): Promise<void> {
  const now = await page
    .locator(`[data-message-id="${id}"]`)
    .evaluate(
      (element) =>
        new Promise<number>((done) => requestAnimationFrame(() => done(element.getBoundingClientRect().top))),
    );
  expect(Math.abs(now - top)).toBeLessThanOrEqual(2);
}

/** Looks at a window, or away from it, as when another one is before it. */
function look(page: Page, isLooking: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isLooking);
}

/** Opens a room in a window at which nobody looks yet, and which notes the messages that are lit. */
async function openNoting(path: string, options: BrowserContextOptions & { isHidden?: boolean } = {}): Promise<Page> {
  const { isHidden = false, ...rest } = options;
  const page = await windows.open('/favicon.svg', rest);
  await page.addInitScript((hidden) => {
    if (hidden) Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    const lit: (string | null)[] = [];
    Object.assign(window, { lit });
    new MutationObserver(() => {
      const id = document.querySelector('.is-highlighted')?.getAttribute('data-message-id');
      if (id && lit.at(-1) !== id) lit.push(id);
    }).observe(document, { subtree: true, childList: true, attributes: true });
  }, isHidden);
  await page.goto(new URL(path, windows.origin).href);
  await isLive(page);
  return page;
}

const lit = (page: Page) => page.evaluate(() => (window as unknown as { lit: string[] }).lit);

/** Waits until a message was lit, stands in view and has the focus. */
async function isJumpedTo(page: Page, number: number): Promise<void> {
  const target = message(page, number);
  await target.waitFor();
  const id = await target.getAttribute('data-message-id');
  await until(async () => (await lit(page)).at(-1) === id);
  await until(() => target.evaluate((element) => element === document.activeElement));
  const [log, there] = await Promise.all([page.locator('[role=log]').boundingBox(), target.boundingBox()]);
  if (!log || !there) throw new Error('not in view');
  expect(there.y).toBeGreaterThanOrEqual(log.y - 1);
  expect(there.y + there.height).toBeLessThanOrEqual(log.y + log.height + 1);
}

/** Scrolls to the end of what is loaded, again and again, until the log itself ends. */
async function readOn(page: Page): Promise<void> {
  await until(async () => {
    await page.locator('[role=log]').evaluate((log) => log.scrollTo(0, log.scrollHeight));
    return (await pill(page).count()) === 0;
  });
}

describe('the place where one reads', () => {
  it('stays when older messages load above', async () => {
    const { link } = await roomOf(200);
    const alice = await windows.enter(link);
    for (const loaded of [101, 51, 1]) {
      await becomes(async () => firstNumber(alice), loaded + 50);
      const standing = await scrollTo(alice, 400);
      await becomes(async () => firstNumber(alice), loaded);
      await stands(alice, standing);
    }
    await alice.getByText('ここが会話の始まりです。').waitFor();
  });

  it('stays when others write below, or what they said above grows, and a button leads to what is new', async () => {
    const { link, bob } = await roomOf(50);
    const alice = await windows.enter(link);
    const standing = await scrollTo(alice, 1_000);
    await bob.sayAll(numbered(51, 53));
    await pill(alice).getByText('新着 3件').waitFor();
    await stands(alice, standing);
    await bob.edit(2, '2.\nand\nsome\nmore\nlines');
    await bob.react(1, '👍');
    await alice.locator('.reaction').waitFor();
    await stands(alice, standing);
    await pill(alice).click();
    await isAtEnd(alice);
    await pill(alice).waitFor({ state: 'detached' });
  });

  it('is the end where one was there, whatever comes and however much one writes', async () => {
    const { link, bob } = await roomOf(50);
    const alice = await windows.enter(link);
    await isAtEnd(alice);
    await bob.say('51.');
    await message(alice, 51).waitFor();
    await isAtEnd(alice);
    const field = alice.locator('textarea');
    const before = (await field.boundingBox())?.height ?? 0;
    await field.fill('a\nb\nc\nd\ne\nf');
    await until(async () => ((await field.boundingBox())?.height ?? 0) > before + 60);
    await isAtEnd(alice);
    await bob.react(51, '🎉');
    await alice.locator('.reaction').waitFor();
    await isAtEnd(alice);
  });

  it('becomes the end when one writes oneself', async () => {
    const { link } = await roomOf(50);
    const alice = await windows.enter(link);
    await scrollTo(alice, 700);
    await pill(alice).waitFor();
    await say(alice, '51.');
    await message(alice, 51).waitFor();
    await isAtEnd(alice);
  });
});

describe('what is unread', () => {
  /** Alice's window, after she has read all and left. */
  async function left(link: string, read: number, isHidden: boolean): Promise<Page> {
    const alice = await openNoting(`/chat/${link}/`, { isHidden: false });
    const bearer = await alice.evaluate(() => localStorage.getItem('flexio:token'));
    await until(async () => {
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

  it('begins at a line, counted in the title until one looks', async () => {
    const { link, bob } = await roomOf(40);
    const alice = await left(link, 40, true);
    await bob.sayAll(numbered(41, 43));
    await alice.goto(new URL(`/chat/${link}/`, windows.origin).href);
    await becomes(async () => alice.title(), '(3) 読書会 | Flexio Chat');
    await alice.locator('.unread-divider + article').filter({ hasText: '41.' }).waitFor();
    await look(alice, true);
    await becomes(async () => alice.title(), '読書会 | Flexio Chat');
    await say(alice, '44.');
    await message(alice, 44).waitFor();
    await alice.locator('.unread-divider + article').filter({ hasText: '41.' }).waitFor();
  });

  it('is come back to, however much it is', async () => {
    const { link, bob } = await roomOf(60);
    const alice = await left(link, 60, false);
    await bob.sayAll(numbered(61, 210));
    await alice.goto(new URL(`/chat/${link}/`, windows.origin).href);
    const line = alice.locator('.unread-divider');
    await alice.locator('.unread-divider + article').filter({ hasText: '61.' }).waitFor();
    await until(async () => {
      const [log, box] = await Promise.all([alice.locator('[role=log]').boundingBox(), line.boundingBox()]);
      return log !== null && box !== null && box.y > log.y && box.y < log.y + log.height / 2;
    });
    expect(await pill(alice).innerText()).toMatch(/^新着 \d+件$/);
    await readOn(alice);
    await message(alice, 210).waitFor();
    await becomes(async () => alice.title(), '読書会 | Flexio Chat');
  });

  it('counts what comes while one looks away, and the line stands before it', async () => {
    const { link, bob } = await roomOf(3);
    const alice = await windows.enter(link);
    await until(async () => (await alice.title()) === '読書会 | Flexio Chat');
    await look(alice, false);
    await bob.sayAll(numbered(4, 5));
    await becomes(async () => alice.title(), '(2) 読書会 | Flexio Chat');
    await alice.locator('.unread-divider + article').filter({ hasText: '4.' }).waitFor();
    await look(alice, true);
    await becomes(async () => alice.title(), '読書会 | Flexio Chat');
    await bob.say('6.');
    await message(alice, 6).waitFor();
    expect(await alice.locator('.unread-divider + article').innerText()).toContain('4.');
  });
});

describe('a jump', () => {
  it('by a link leads to its message, where what comes scrolls nothing, and a button leads back', async () => {
    const { link, bob } = await roomOf(200);
    const alice = await openNoting(`/chat/${link}/#m30`);
    await isJumpedTo(alice, 30);
    const standing = await scrollTo(alice, 1_000);
    await bob.say('201.');
    await pill(alice).getByText('新着 1件').waitFor();
    await stands(alice, standing);
    expect(await message(alice, 201).count()).toBe(0);
    await pill(alice).click();
    await message(alice, 201).waitFor();
    await isAtEnd(alice);
    await becomes(async () => pill(alice).count(), 0);
  });

  it('is read on from, until one is at the end again', async () => {
    const { link, bob } = await roomOf(200);
    const alice = await openNoting(`/chat/${link}/#m30`);
    await isJumpedTo(alice, 30);
    await readOn(alice);
    await message(alice, 200).waitFor();
    await bob.say('201.');
    await message(alice, 201).waitFor();
    await isAtEnd(alice);
  });

  it('ends where one writes oneself', async () => {
    const { link } = await roomOf(120);
    const alice = await openNoting(`/chat/${link}/#m10`);
    await isJumpedTo(alice, 10);
    await say(alice, '121.');
    await message(alice, 121).waitFor();
    await isAtEnd(alice);
  });

  it('goes before what is unread', async () => {
    const { link, bob } = await roomOf(60);
    const alice = await openNoting(`/chat/${link}/`);
    const token = await alice.evaluate(() => localStorage.getItem('flexio:token'));
    await callAt(windows.origin, 'PUT', `/chat/${link}/reading`, { token, messageId: 60 });
    await alice.goto('about:blank');
    await bob.sayAll(numbered(61, 180));
    await alice.goto(new URL(`/chat/${link}/#m150`, windows.origin).href);
    await isJumpedTo(alice, 150);
  });
});

describe('the search', () => {
  it('finds Japanese, marks it, and leads to it', async () => {
    const { link, bob } = await roomOf(2);
    await bob.say('3. 来週の会議は水曜日です');
    await bob.sayAll(numbered(4, 130));
    const alice = await openNoting(`/chat/${link}/`);
    await alice.getByRole('button', { name: '部屋の中を検索' }).click();
    const dialog = alice.getByRole('dialog');
    await dialog.getByRole('textbox').fill('会議');
    await dialog.locator('.search-hit').waitFor();
    expect(await dialog.locator('mark').allTextContents()).toEqual(['会議']);
    await dialog.locator('.search-hit').click();
    await dialog.waitFor({ state: 'detached' });
    await isJumpedTo(alice, 3);
  });

  it('says so where there is nothing, and Enter of an input method chooses nothing', async () => {
    const { link } = await roomOf(3);
    const alice = await windows.enter(link, { locale: 'en-GB' });
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
    await until(async () => {
      await field.press('Enter');
      return (await alice.getByRole('dialog').count()) === 0;
    });
  });
});
