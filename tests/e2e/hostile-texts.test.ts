/** Texts that were made to be more than text, in every place of a room where people can put one. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hostileTexts } from '../support/hostile-texts.ts';
import { adminsDevice, choose, dialogOf, openRoomMenu, shut, sidewaysOn } from '../support/in-room.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { isLive, Windows } from '../support/windows.ts';

const windows = Windows.ofThisFile();

/** Links among what is on the screen that lead anywhere but to the web. */
const oddLinks = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('[role=log] a')]
      .map(({ href, target, rel }) => ({ href, target, rel }))
      .filter(({ href, target, rel }) => !/^https?:/.test(href) || target !== '_blank' || !rel.includes('noopener')),
  );

/** Messages of which something is painted far outside their own lines, or over the composer. */
const escapes = (page: Page) =>
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

describe('a text that was made to be more than text', () => {
  it('is text: as a message, a name, a title, a description and a tag', { timeout: 240_000 }, async () => {
    const link = await makeRoomAt(windows.origin);
    let taken = 0;
    for (const [place, text] of hostileTexts.entries()) {
      const names = [[...text].slice(0, 40).join(''), 'mallory'];
      for (const name of names) {
        const body = { token: `mallory-${place}`, name, clientId: `${place}`, text };
        // A name may be refused, as one that looks like a role is.
        const { statusCode } = await callAt(windows.origin, 'POST', `/chat/${link}/messages`, body);
        if (statusCode !== 201) continue;
        taken += 1;
        break;
      }
    }
    expect(taken).toBeGreaterThan(190);
    const told: string[] = [];
    const page = await windows.open('/', adminsDevice(windows.origin, link));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== windows.origin && !request.url().startsWith('data:'))
        told.push(request.url());
    });
    page.on('dialog', (dialog) => {
      told.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('framenavigated', (frame) => told.push(frame.url()));
    page.context().on('page', (opened) => told.push(opened.url()));
    await page.goto(`${windows.origin}/chat/${link}/`);
    await isLive(page);
    told.splice(0);
    const look = async () => {
      for (const width of [320, 1_280]) {
        await page.setViewportSize({ width, height: 720 });
        expect(await sidewaysOn(page)).toBeLessThanOrEqual(0);
        expect(await escapes(page)).toEqual([]);
      }
    };
    // Page after page, up to the first of them.
    for (;;) {
      await look();
      expect(await oddLinks(page)).toEqual([]);
      const first = await page.locator('[data-message-id]').first().getAttribute('data-message-id');
      if (first === '1') break;
      await page.getByRole('log').evaluate((log) => log.scrollTo(0, 0));
      await expect
        .poll(() => page.locator('[data-message-id]').first().getAttribute('data-message-id'))
        .not.toBe(first);
    }
    // The elements that there are, are the page's own.
    const own =
      /^(html|head|body|meta|title|link|script|noscript|div|main|header|footer|aside|section|article|h1|h2|h3|p|b|ul|li|bdi|span|time|code|a|button|svg|path|form|label|input|textarea|output|select|option|fieldset|legend)$/;
    const foreign = await page.evaluate(() => [
      ...new Set([...document.querySelectorAll('*')].map(({ localName }) => localName)),
    ]);
    expect(foreign.filter((name) => !own.test(name))).toEqual([]);

    // What the room is called, and all that is open over it.
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
      await look();
    }
    for (const open of [
      () => openRoomMenu(page),
      () => choose(page, 'タイトルと説明を編集'),
      () => page.locator('[data-message-id]').last().getByRole('button', { name: 'その他' }).press('Enter'),
    ]) {
      await open();
      await dialogOf(page).waitFor();
      expect(await sidewaysOn(page)).toBeLessThanOrEqual(0);
      await shut(page);
    }
    expect(await page.evaluate(() => 'ran' in window)).toBe(false);
    expect(told).toEqual([]);
  });
});
