/** Pages: the requested number of rows, and a last row to continue from only if more rows follow. */
import { expect, it } from 'vitest';
import { cutPage } from '../../shared/pagination.ts';

it.each([
  { name: 'no rows', rows: [], page: { rows: [] } },
  { name: 'fewer rows than the limit', rows: [1], page: { rows: [1] } },
  { name: 'as many rows as the limit', rows: [1, 2], page: { rows: [1, 2] } },
  { name: 'one row more', rows: [1, 2, 3], page: { rows: [1, 2], last: 2 } },
  { name: 'many rows more', rows: [1, 2, 3, 4, 5], page: { rows: [1, 2], last: 2 } },
  { name: 'a falsy last row', rows: [1, 0, 3], page: { rows: [1, 0], last: 0 } },
])('cuts $name', ({ rows, page }) => {
  expect(cutPage(rows, 2)).toStrictEqual(page);
});

it('leaves the rows as they are', () => {
  const rows = [1, 2, 3];
  cutPage(rows, 2);
  expect(rows).toEqual([1, 2, 3]);
});
