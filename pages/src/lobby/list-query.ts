/** Which rooms are looked at, and in which order; the page's address says so, so that it can be sent and come back to. */
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

/** What the service takes of what was typed. */
export function normalizeQuery(text: string): string {
  return [...text.trim()].slice(0, limits.queryLength).join('');
}

/** What the address asks for. */
export function queryFromUrl(): ListQuery {
  const parameters = new URLSearchParams(location.search);
  return {
    tag: parameters.get('tag') ?? '',
    q: normalizeQuery(parameters.get('q') ?? ''),
    sort: sorts.find((sort) => sort === parameters.get('sort')) ?? 'active',
  };
}

/** The page's address with another query; what else it says stays. */
export function urlFor({ tag, q, sort }: ListQuery): URL {
  const url = new URL(location.href);
  const parameters = { tag, q, sort: sort === 'active' ? '' : sort };
  for (const [name, value] of Object.entries(parameters)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url;
}
