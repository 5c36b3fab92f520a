/**
 * Cursor pagination: a reader asks its source for one row more than the page holds, to learn whether more rows follow.
 */

/** One page of rows. */
export interface Page<T> {
  rows: T[];
  /** The last row of the page, from which the next page continues; absent on the last page. */
  last?: T;
}

/**
 * Cuts a page from the rows that were read for it.
 * @param rows at most `limit + 1` of them are needed
 * @param limit rows per page, at least 1
 */
export function cutPage<T>(rows: readonly T[], limit: number): Page<T> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return rows.length > limit && last !== undefined ? { rows: page, last } : { rows: page };
}
