/** Violations that axe-core finds in a page: WCAG 2.2 A and AA, and best practices. */
import axe, { type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const options: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

const contrastOnly: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] }, resultTypes: ['violations'] };

/**
 * @returns each violation as `rule: selector`. Contrast is checked a second time without pseudo-elements, because axe
 * skips text over one, such as the axis of the log.
 */
export async function violationsOn(page: Page): Promise<string[]> {
  // Run through the debugger, and styled by an adopted sheet, because the Content-Security-Policy blocks both elements.
  await page.evaluate(axe.source);
  const found = await runAxe(page, options);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*::before, *::after { content: none !important }');
    document.adoptedStyleSheets = [sheet];
  });
  const contrast = await runAxe(page, contrastOnly);
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
  return [...new Set([...found, ...contrast])];
}

async function runAxe(page: Page, run: RunOptions): Promise<string[]> {
  return page.evaluate(async (given) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, given);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  }, run);
}
