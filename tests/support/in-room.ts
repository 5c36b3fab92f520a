/** What people do in the page of a room, found as they find it: by the words on the screen. */
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';

/** A device that has been here before, and keeps some texts of the pages. */
export function deviceWith(origin: string, kept: Record<string, string>): BrowserContextOptions {
  const localStorage = Object.entries(kept).map(([name, value]) => ({ name: `flexio:${name}`, value }));
  return { storageState: { cookies: [], origins: [{ origin, localStorage }] } };
}

/** The device on which a room was made, as `makeRoomAt` makes it. */
export function adminsDevice(origin: string, link: string, name = 'はるか'): BrowserContextOptions {
  return deviceWith(origin, { [`admin:${link}`]: 'admin-secret', name });
}

/** What is open over the room. */
export const dialogOf = (page: Page): Locator => page.locator('dialog[open]');

/** Closes what is open, as the keyboard does. */
export async function shut(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  // Once it is shut it is still there for a moment, in which what closes it would close the next too.
  await page.locator('dialog').waitFor({ state: 'detached' });
}

/** Opens the menu of the room. */
export async function openRoomMenu(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^(部屋のメニュー|Room menu)$/ }).click();
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** Chooses from the menu of the room. */
export async function choose(page: Page, item: string | RegExp): Promise<Locator> {
  const menu = await openRoomMenu(page);
  await menu.getByRole('button', { name: item }).click();
  return dialogOf(page);
}

/** Opens what can be done about a person who is here. */
export async function openPersonMenu(page: Page, name: string): Promise<Locator> {
  await page.locator('.person').getByRole('button', { name }).click();
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** A message in the log. */
export const messageOf = (page: Page, text: string): Locator =>
  page.locator('[data-message-id]').filter({ has: page.locator('.text', { hasText: text }) });

/** Opens what can be done with a message, as the keyboard does. */
export async function openMessageMenu(page: Page, text: string): Promise<Locator> {
  const message = messageOf(page, text);
  await message.focus();
  await message.getByRole('button', { name: /^(その他|More)$/ }).press('Enter');
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

/** Whether the element that has the focus is one that a locator finds. */
export async function hasFocus(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element.ownerDocument.activeElement === element);
}

/** Pixels by which something is wider than the window, or than the dialog that is open. */
export const sidewaysOn = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const wide = (element: Element | null) => (element ? element.scrollWidth - element.clientWidth : 0);
    const parts = ['dialog[open]', 'dialog[open] .dialog-body', '.log', '.room', '.people'];
    const inner = parts.map((part) => wide(document.querySelector(part)));
    return Math.max(document.documentElement.scrollWidth - innerWidth, ...inner);
  });
