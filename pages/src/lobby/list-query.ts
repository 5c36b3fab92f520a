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
export function wordsIn(text: string): string {
  return [...text.trim()].slice(0, limits.queryLength).join('');
}

/** What the address asks for. */
export function queryOfAddress(): ListQuery {
  const asked = new URLSearchParams(location.search);
  return {
    tag: asked.get('tag') ?? '',
    q: wordsIn(asked.get('q') ?? ''),
    sort: sorts.find((sort) => sort === asked.get('sort')) ?? 'active',
  };
}

/** The page's address with another query; what else it says stays. */
export function addressOf({ tag, q, sort }: ListQuery): URL {
  const address = new URL(location.href);
  const asked = { tag, q, sort: sort === 'active' ? '' : sort };
  for (const [name, value] of Object.entries(asked)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address;
}
