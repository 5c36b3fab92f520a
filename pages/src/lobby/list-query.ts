/** The filter and order of the room list, stored in the URL so that it can be shared and restored. */
import { limits } from '../../../client/index.ts';

export const sorts = ['active', 'new', 'popular'] as const;
type Sort = (typeof sorts)[number];

export interface ListQuery {
  /** Only rooms with this tag; '' for all. */
  tag: string;
  /** Only rooms with these words; '' for all. */
  q: string;
  sort: Sort;
}

/** Trims a search text and cuts it to the length that the service accepts. */
export function normalizeQuery(text: string): string {
  return [...text.trim()].slice(0, limits.search.queryLength).join('');
}

/** Parses the query from the URL of the page. */
export function queryFromUrl(): ListQuery {
  const parameters = new URLSearchParams(location.search);
  return {
    tag: parameters.get('tag') ?? '',
    q: normalizeQuery(parameters.get('q') ?? ''),
    sort: sorts.find((sort) => sort === parameters.get('sort')) ?? 'active',
  };
}

/** @returns the URL of the page with another query; other parameters stay */
export function urlFor({ tag, q, sort }: ListQuery): URL {
  const url = new URL(location.href);
  const parameters = { tag, q, sort: sort === 'active' ? '' : sort };
  for (const [name, value] of Object.entries(parameters)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url;
}
