/** Texts that try to run scripts, load resources or break the layout, in every field of a room. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows, waitUntilLive } from '../support/browser-windows.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import {
  adminDevice,
  chooseFromRoomMenu,
  closeDialog,
  dialogOf,
  horizontalOverflow,
  openRoomMenu,
} from '../support/room-page.ts';

const windows = BrowserWindows.forTestFile();

/** @returns the links in the log that are not http(s), or that do not open a new window with noopener */
const oddLinks = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('[role=log] a')]
      .map(({ href, target, rel }) => ({ href, target, rel }))
      .filter(({ href, target, rel }) => !/^https?:/.test(href) || target !== '_blank' || !rel.includes('noopener')),
  );

/** @returns the messages that are wider than the log or do not clip their text, or that the composer is over */
const brokenMessages = (page: Page) =>
  page.evaluate(() => {
    const log = document.querySelector('[role=log]')?.getBoundingClientRect();
    const composer = document.querySelector('.composer')?.getBoundingClientRect();
    if (!log || !composer) return ['no room'];
    if (log.bottom > composer.top + 1) return ['the log is under the composer'];
    return [...document.querySelectorAll('[data-message-id]')].flatMap((line) => {
      const box = line.getBoundingClientRect();
      const text = line.querySelector('.text');
      if (!text) return [];
      const { left, right } = text.getBoundingClientRect();
      const isClipped = getComputedStyle(text).overflowY === 'clip';
      const isWide = right > log.right + 1 || left < log.left || box.right > log.right + 1;
      return isWide || !isClipped ? [line.textContent?.slice(0, 40) ?? ''] : [];
    });
  });

describe('a hostile text', () => {
  it('is shown as text: as a message, a name, a title, a description and a tag', { timeout: 240_000 }, async () => {
    const link = await makeRoomAt(windows.origin);
    let accepted = 0;
    for (const [place, text] of hostileTexts.entries()) {
      const names = [[...text].slice(0, 40).join(''), 'mallory'];
      for (const name of names) {
        const body = { token: `mallory-${place}`, name, clientId: `${place}`, text };
        // A name can be rejected, for example one that looks like a role.
        const { statusCode } = await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
        if (statusCode !== 201) continue;
        accepted += 1;
        break;
      }
    }
    expect(accepted).toBeGreaterThan(190);
    const sideEffects: string[] = [];
    const page = await windows.open('/', adminDevice(windows.origin, link));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== windows.origin && !request.url().startsWith('data:'))
        sideEffects.push(request.url());
    });
    page.on('dialog', (dialog) => {
      sideEffects.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('framenavigated', (frame) => sideEffects.push(frame.url()));
    page.context().on('page', (opened) => sideEffects.push(opened.url()));
    await page.goto(`${windows.origin}/chat/${link}/`);
    await waitUntilLive(page);
    sideEffects.splice(0);
    const checkLayout = async () => {
      for (const width of [320, 1_280]) {
        await page.setViewportSize({ width, height: 720 });
        expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
        expect(await brokenMessages(page)).toEqual([]);
      }
    };
    // Page after page, up to the first message.
    for (;;) {
      await checkLayout();
      expect(await oddLinks(page)).toEqual([]);
      const first = await page.locator('[data-message-id]').first().getAttribute('data-message-id');
      if (first === '1') break;
      await page.getByRole('log').evaluate((log) => log.scrollTo(0, 0));
      await expect
        .poll(() => page.locator('[data-message-id]').first().getAttribute('data-message-id'))
        .not.toBe(first);
    }
    // Only elements that the page itself creates exist.
    const expectedElements =
      /^(html|head|body|meta|title|link|script|noscript|div|main|header|footer|aside|section|article|h1|h2|h3|p|b|ul|li|bdi|span|time|code|a|button|svg|path|form|label|input|textarea|output|select|option|fieldset|legend)$/;
    const foreign = await page.evaluate(() => [
      ...new Set([...document.querySelectorAll('*')].map(({ localName }) => localName)),
    ]);
    expect(foreign.filter((name) => !expectedElements.test(name))).toEqual([]);

    // The title, the description and the tags of the room, then its menus and dialogs.
    for (const text of hostileTexts.filter((_, place) => place % 12 === 0)) {
      const cut = (most: number) => [...text].slice(0, most).join('');
      const content = { title: cut(100), about: text.slice(0, 1_000), tag: [cut(32)] };
      const { statusCode } = await callAt(windows.origin, 'PUT', '/chat/update', {
        token: 'admin-secret',
        link,
        content,
      });
      if (statusCode !== 200) continue;
      await expect.poll(() => page.locator('h1 bdi').textContent()).toBe(cut(100).toWellFormed());
      await checkLayout();
    }
    for (const open of [
      () => openRoomMenu(page),
      () => chooseFromRoomMenu(page, 'タイトルと説明を編集'),
      () => page.locator('[data-message-id]').last().getByRole('button', { name: 'その他' }).press('Enter'),
    ]) {
      await open();
      await dialogOf(page).waitFor();
      expect(await horizontalOverflow(page)).toBeLessThanOrEqual(0);
      await closeDialog(page);
    }
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    expect(sideEffects).toEqual([]);
  });
});
