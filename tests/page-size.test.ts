/** The size of the scripts that a page loads initially. Menus, dialogs, search and sharing are loaded on demand. */
import { expect, it } from 'vitest';
import { filesIn, isScript, isStyle, loadedBy, measureFiles, pages, scriptsOf } from '../bench/built-site.ts';

/** Bytes of script after gzip. */
const maxBytes = 40_000;

it.each(Object.entries(pages))('%s loads at most 40 kB of compressed script initially', (_, html) => {
  const scripts = scriptsOf(html);
  // The page's own script, and at least one that both pages share.
  expect(scripts.length).toBeGreaterThanOrEqual(2);
  expect(measureFiles(scripts).gzipped).toBeLessThanOrEqual(maxBytes);
});

it('every built file is loaded by a page', () => {
  const loaded = new Set(Object.values(pages).flatMap(loadedBy));
  expect(filesIn('assets').filter((file) => (isScript(file) || isStyle(file)) && !loaded.has(file))).toEqual([]);
});

it.each(['embed/flexio.js', 'embed/widget.js'])('%s, which other sites load, imports no other file', (file) => {
  expect(filesIn('embed')).toContain(file);
  expect(loadedBy(file)).toEqual([file]);
});
