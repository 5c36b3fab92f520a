/** How much script a page loads in all: what it begins with, and what it may load later. */
import { expect, it } from 'vitest';
import { filesIn, isScript, isStyle, loadedBy, pages, weigh } from '../bench/site.ts';

/** Bytes of script after gzip. */
const most = 40_000;

it.each(Object.entries(pages))('%s: at most 40 kB of script, compressed', (_, html) => {
  const scripts = loadedBy(html).filter(isScript);
  // The page's own, and what both share.
  expect(scripts.length).toBeGreaterThanOrEqual(2);
  expect(weigh(scripts).gzipped).toBeLessThanOrEqual(most);
});

it('nothing is built that no page loads', () => {
  const loaded = new Set(Object.values(pages).flatMap(loadedBy));
  expect(filesIn('assets').filter((file) => (isScript(file) || isStyle(file)) && !loaded.has(file))).toEqual([]);
});

it('what pages of others load is whole by itself', () => {
  expect(filesIn('embed')).toContain('embed/flexio.js');
  expect(loadedBy('embed/flexio.js')).toEqual(['embed/flexio.js']);
});
