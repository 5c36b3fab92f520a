/** Actions of a user in the room page, with controls located by their visible texts. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';

/** Browser options with entries in localStorage, as on a device that was used before. Keys get the prefix `flexio:`. */
export function deviceWithStorage(origin: string, entries: Record<string, string>): BrowserContextOptions {
  const localStorage = Object.entries(entries).map(([name, value]) => ({ name: `flexio:${name}`, value }));
  return { storageState: { cookies: [], origins: [{ origin, localStorage }] } };
}

/** Browser options of the device on which `makeRoomAt` created a room: it has the admin token. */
export function adminDevice(origin: string, link: string, name = 'はるか'): BrowserContextOptions {
  return deviceWithStorage(origin, { [`admin:${link}`]: 'admin-secret', name });
}

/** The open menu or dialog. */
export const dialogOf = (page: Page): Locator => page.locator('dialog[open]');

/** Closes the open menu or dialog with Escape. */
export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  // A closed dialog stays for a moment, in which another Escape would close the next dialog too.
  await page.locator('dialog').waitFor({ state: 'detached' });
}

/** @returns the open menu of the room */
export async function openRoomMenu(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^(部屋のメニュー|Room menu)$/ }).click();
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** Opens the menu of the room and selects an item. @returns the dialog that opens */
export async function chooseFromRoomMenu(page: Page, item: string | RegExp): Promise<Locator> {
  const menu = await openRoomMenu(page);
  await menu.getByRole('button', { name: item }).click();
  return dialogOf(page);
}

/** Opens the menu of a participant in the participant list. @returns the menu */
export async function openPersonMenu(page: Page, name: string): Promise<Locator> {
  await page.locator('.person').getByRole('button', { name }).click();
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** The messages in the log whose text contains that text. */
export const messageOf = (page: Page, text: string): Locator =>
  page.locator('[data-message-id]').filter({ has: page.locator('.text', { hasText: text }) });

/** Opens the menu of a message with the keyboard. @returns the menu */
export async function openMessageMenu(page: Page, text: string): Promise<Locator> {
  const message = messageOf(page, text);
  await message.focus();
  await message.getByRole('button', { name: /^(その他|More)$/ }).press('Enter');
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** @returns whether the element of the locator has the focus */
export async function hasFocus(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element.ownerDocument.activeElement === element);
}

/** @returns the pixels by which content is wider than the window or a scroll container, at the widest place */
export const horizontalOverflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const wide = (element: Element | null) => (element ? element.scrollWidth - element.clientWidth : 0);
    const parts = ['dialog[open]', 'dialog[open] .dialog-body', '.log', '.room', '.people'];
    const inner = parts.map((part) => wide(document.querySelector(part)));
    return Math.max(document.documentElement.scrollWidth - innerWidth, ...inner);
  });
