/** The room page with the keyboard alone: every control can be reached, and the focus is visible and never lost. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BrowserWindows } from '../support/browser-windows.ts';
import { makeRoomAt, postAt } from '../support/rest.ts';
import {
  closeDialog,
  deviceWithStorage,
  dialogOf,
  hasFocus,
  messageOf,
  openMessageMenu,
} from '../support/room-page.ts';

const windows = BrowserWindows.forTestFile();

describe('with the keyboard alone', () => {
  /** Presses a key until the target has the focus. */
  async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
    for (let turn = 0; turn < 40; turn++) {
      await page.keyboard.press(key);
      expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);
      if (await hasFocus(target)) return;
    }
    throw new Error(`not reached: ${target}`);
  }

  /** @returns whether the focused element, or the field around it, has a visible outline */
  async function isFocusVisible(page: Page): Promise<boolean> {
    return page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused) return false;
      const outlined = [focused, focused.closest('.composer-field, .input')].filter((element) => element !== null);
      return outlined.some((element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      });
    });
  }

  it('a participant can reply, react, edit, delete and return to the room list', { timeout: 120_000 }, async () => {
    const link = await makeRoomAt(windows.origin);
    await postAt(windows.origin, link, 'mugi', 'ひとつめ');
    await postAt(windows.origin, link, 'kenji_w', 'ふたつめ');
    const page = await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'ソラ' }));
    await messageOf(page, 'ふたつめ').waitFor();
    await tabTo(page, page.getByRole('log'));
    expect(await isFocusVisible(page)).toBe(true);
    await page.keyboard.press('ArrowUp');
    expect(await hasFocus(messageOf(page, 'ふたつめ'))).toBe(true);
    await page.keyboard.press('ArrowUp');
    expect(await hasFocus(messageOf(page, 'ひとつめ'))).toBe(true);
    expect(await isFocusVisible(page)).toBe(true);

    await tabTo(page, messageOf(page, 'ひとつめ').getByRole('button', { name: '返信' }));
    await page.keyboard.press('Enter');
    await expect.poll(() => hasFocus(page.locator('textarea'))).toBe(true);
    await page.keyboard.type('返事です');
    await page.keyboard.press('Enter');
    await messageOf(page, '返事です').getByText('「ひとつめ」').waitFor();

    await tabTo(page, page.getByRole('log'), 'Shift+Tab');
    for (let turn = 0; turn < 3; turn++) await page.keyboard.press('ArrowUp');
    await tabTo(page, messageOf(page, 'ひとつめ').getByRole('button', { name: 'リアクション' }));
    await page.keyboard.press('Enter');
    await dialogOf(page).waitFor();
    expect(await hasFocus(dialogOf(page).getByRole('button', { name: 'いいね' }))).toBe(true);
    await page.keyboard.press('ArrowRight');
    expect(await isFocusVisible(page)).toBe(true);
    await page.keyboard.press('Enter');
    await messageOf(page, 'ひとつめ').getByRole('button', { name: '感謝 1' }).waitFor();
    await expect
      .poll(() => hasFocus(messageOf(page, 'ひとつめ').getByRole('button', { name: 'リアクション' })))
      .toBe(true);

    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await hasFocus(messageOf(page, '返事です'))).toBe(true);
    await tabTo(page, messageOf(page, '返事です').getByRole('button', { name: 'その他' }));
    await page.keyboard.press('Enter');
    await dialogOf(page).waitFor();
    await tabTo(page, dialogOf(page).getByRole('button', { name: '編集' }), 'ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => hasFocus(page.locator('textarea'))).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.type('よ');
    await page.keyboard.press('Enter');
    await messageOf(page, '返事ですよ').getByText('（編集済み）').waitFor();

    await openMessageMenu(page, '返事ですよ');
    await tabTo(page, dialogOf(page).getByRole('button', { name: '削除' }), 'ArrowUp');
    await page.keyboard.press('Enter');
    await dialogOf(page).getByRole('heading', { name: 'メッセージを削除しますか？' }).waitFor();
    await tabTo(page, dialogOf(page).getByRole('button', { name: '削除' }));
    await page.keyboard.press('Enter');
    await page.getByText('投稿者が削除しました').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.matches('[data-message-id]'))).toBe(true);

    await tabTo(page, page.getByRole('link', { name: '部屋の一覧へ' }), 'Shift+Tab');
    expect(await isFocusVisible(page)).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${windows.origin}/`);
  });

  it('every dialog can be opened, and the focus returns to its control when it is closed', {
    timeout: 120_000,
  }, async () => {
    const link = await makeRoomAt(windows.origin);
    await postAt(windows.origin, link, 'mugi', '桜の話');
    const page = await windows.openRoom(link, deviceWithStorage(windows.origin, { name: 'ソラ' }));
    await messageOf(page, '桜の話').waitFor();
    const person = page.locator('.person').getByRole('button', { name: 'ソラ の操作' });
    for (const opener of [
      page.getByRole('button', { name: '部屋の中を検索' }),
      page.getByRole('button', { name: '共有' }),
      page.getByRole('button', { name: '部屋のメニュー' }),
      person,
    ]) {
      await opener.focus();
      await page.keyboard.press('Enter');
      await dialogOf(page).waitFor();
      expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true);
      await closeDialog(page);
      expect(await hasFocus(opener)).toBe(true);
    }

    await person.focus();
    await page.keyboard.press('Enter');
    await tabTo(page, dialogOf(page).getByRole('button', { name: '表示名を変更' }), 'ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => hasFocus(page.getByLabel('表示名', { exact: true }))).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => hasFocus(page.locator('textarea'))).toBe(true);

    await page.getByRole('button', { name: '部屋の中を検索' }).focus();
    await page.keyboard.press('Enter');
    await dialogOf(page).waitFor();
    await page.keyboard.type('桜');
    await dialogOf(page).locator('mark').waitFor();
    await page.keyboard.press('Enter');
    await messageOf(page, '桜の話').and(page.locator('.is-highlighted')).waitFor();
    // The message that was found has the focus.
    await expect.poll(() => hasFocus(messageOf(page, '桜の話'))).toBe(true);
  });
});
