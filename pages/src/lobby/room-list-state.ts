/** The rooms as the lobby lists them: those of a query, page after page, with counts that are kept fresh. */
import { signal } from '@preact/signals';
import { type Api, limits, type RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';
import { type ListQuery, queryFromUrl, urlFor } from './list-query.ts';
import { PopularTags } from './popular-tags.ts';

/** Rooms a page. */
const pageSize = 20;

/** Milliseconds between two looks at the counts. */
const refreshMs = 30_000;

type ListPage = Awaited<ReturnType<Api['listRooms']>>;

export class RoomListState {
  readonly query = signal(queryFromUrl());
  /** Those of the query before stay until the first page of another is there. */
  readonly rooms = signal<readonly RoomView[]>([]);
  readonly total = signal(0);
  readonly status = signal<'loading' | 'loaded' | 'failed'>('loading');
  /** Where the next page begins, if there is one. */
  readonly next = signal<string | undefined>(undefined);
  readonly popularTags = new PopularTags();
  #request = new AbortController();

  /**
   * Starts to list and to follow the address.
   * @returns ends it
   */
  start(): () => void {
    const onPopState = () => {
      const query = queryFromUrl();
      if (!isSameQuery(query, this.query.value)) this.#load(query);
    };
    const refresh = () => void this.#refresh();
    const refreshing = setInterval(refresh, refreshMs);
    addEventListener('popstate', onPopState);
    document.addEventListener('visibilitychange', refresh);
    void this.loadMore();
    return () => {
      removeEventListener('popstate', onPopState);
      document.removeEventListener('visibilitychange', refresh);
      clearInterval(refreshing);
      this.#request.abort();
    };
  }

  /** Lists other rooms, or in another order. Words that are still being typed make one step back, not many. */
  setQuery(change: Partial<ListQuery>): void {
    const before = this.query.value;
    const query = { ...before, ...change };
    if (isSameQuery(query, before)) return;
    const isStillTyping = before.q !== '' && query.q !== '' && query.q !== before.q;
    history[isStillTyping ? 'replaceState' : 'pushState'](null, '', urlFor(query));
    this.#load(query);
  }

  /** Loads the next page, or the one that failed. */
  async loadMore(): Promise<void> {
    const { signal: abortSignal } = this.#request;
    const after = this.next.value;
    this.status.value = 'loading';
    try {
      const page = await this.#fetchPage(pageSize, after);
      if (abortSignal.aborted) return;
      this.#addPage(page, after === undefined ? [] : this.rooms.value);
      this.status.value = 'loaded';
    } catch {
      if (abortSignal.aborted) return;
      if (after === undefined) this.rooms.value = [];
      this.status.value = 'failed';
    }
  }

  #load(query: ListQuery): void {
    this.#request.abort();
    this.#request = new AbortController();
    this.query.value = query;
    this.next.value = undefined;
    void this.loadMore();
  }

  #addPage({ chats, total, next }: ListPage, before: readonly RoomView[]): void {
    // In an order that moves, a room may come twice.
    const known = new Set(before.map(({ link }) => link));
    this.rooms.value = [...before, ...chats.filter(({ link }) => !known.has(link))];
    this.total.value = total;
    this.next.value = next;
    this.popularTags.addFrom(chats);
  }

  #fetchPage(limit: number, after?: string): Promise<ListPage> {
    const { tag, q, sort } = this.query.value;
    const query = { limit: String(limit), sort, after, tag: tag || undefined, q: q || undefined };
    return api.listRooms({ query }, { signal: this.#request.signal });
  }

  /** Brings what is shown up to date in its place: nothing moves under a pointer. */
  async #refresh(): Promise<void> {
    if (document.hidden || this.status.value !== 'loaded') return;
    const { signal: abortSignal } = this.#request;
    const shown = this.rooms.value.length;
    try {
      const page = await this.#fetchPage(Math.min(shown || pageSize, limits.listSizeMax));
      if (abortSignal.aborted) return;
      if (shown === 0) return this.#addPage(page, []);
      const updated = new Map(page.chats.map((room) => [room.link, room]));
      this.rooms.value = this.rooms.value.map((room) => updated.get(room.link) ?? room);
    } catch {
      // The counts stay as they are until the next look.
    }
  }
}

function isSameQuery(one: ListQuery, other: ListQuery): boolean {
  return one.tag === other.tag && one.q === other.q && one.sort === other.sort;
}
