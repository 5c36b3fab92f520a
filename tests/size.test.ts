/** How much script a page begins with: what menus, questions, search and sharing need comes when they are wanted. */
import { expect, it } from 'vitest';
import { filesIn, isScript, isStyle, loadedBy, measureFiles, pages, scriptsOf } from '../bench/built-site.ts';

/** Bytes of script after gzip. */
const most = 40_000;

it.each(Object.entries(pages))('%s: at most 40 kB of script, compressed', (_, html) => {
  const scripts = scriptsOf(html);
  // The page's own, and what both share.
  expect(scripts.length).toBeGreaterThanOrEqual(2);
  expect(measureFiles(scripts).gzipped).toBeLessThanOrEqual(most);
});

it('nothing is built that no page loads', () => {
  const loaded = new Set(Object.values(pages).flatMap(loadedBy));
  expect(filesIn('assets').filter((file) => (isScript(file) || isStyle(file)) && !loaded.has(file))).toEqual([]);
});

it.each(['embed/flexio.js', 'embed/widget.js'])('%s, which pages of others load, is whole by itself', (file) => {
  expect(filesIn('embed')).toContain(file);
  expect(loadedBy(file)).toEqual([file]);
});
