/**
 * After a deployment the files are gone that a page of the one before has not loaded yet. Such a page loads anew: it then
 * names those that are there, and what was being written is kept on the device.
 */

/** Whether the service has another page by now than the one that is open. */
async function isReplaced(): Promise<boolean> {
  const page = await fetch(location.href, { cache: 'no-cache' });
  return page.ok && !(await page.text()).includes(new URL(import.meta.url).pathname);
}

/** For pages of this site only: a part that stands in somebody else's has no business with the whole. */
export function followDeployments(): void {
  addEventListener('vite:preloadError', () => {
    isReplaced().then(
      (yes) => yes && location.reload(),
      () => undefined,
    );
  });
}
