/** What axe-core finds wrong with a page: WCAG 2.2 A and AA, and best practices. */
import axe, { type RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const options: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

const contrastOnly: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast'] }, resultTypes: ['violations'] };

/**
 * The violations, each as its rule and where it is. Contrast is measured once more without pseudo-elements: over one,
 * such as the axis, axe cannot tell it, and passes it over.
 */
export async function violationsOn(page: Page): Promise<string[]> {
  // By the debugger, since the policy of the pages lets no script in. Nor would it a style: an adopted sheet is none.
  await page.evaluate(axe.source);
  const found = await look(page, options);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*::before, *::after { content: none !important }');
    document.adoptedStyleSheets = [sheet];
  });
  const pale = await look(page, contrastOnly);
  await page.evaluate(() => {
    document.adoptedStyleSheets = [];
  });
  return [...new Set([...found, ...pale])];
}

async function look(page: Page, run: RunOptions): Promise<string[]> {
  return page.evaluate(async (given) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, given);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  }, run);
}
