/**
 * After a deployment the files are gone that a page of the one before has not loaded yet. Such a page loads anew: it then
 * names those that are there, and what was being written is kept on the device.
 */

/** Loads the page anew where the service has another by now than the one that is open; without an answer it has not. */
export async function loadAnewIfReplaced(): Promise<void> {
  const page = await fetch(location.href, { cache: 'no-cache' });
  const isReplaced = page.ok && !(await page.text()).includes(new URL(import.meta.url).pathname);
  if (isReplaced) location.reload();
}
