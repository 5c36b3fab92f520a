/** The state of the room list: the rooms that match a query, loaded in pages, with periodically refreshed counts. */
import { signal } from '@preact/signals';
import { type Api, limits, type RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';
import { type ListQuery, queryFromUrl, urlFor } from './list-query.ts';
import { PopularTags } from './popular-tags.ts';

/** Rooms per page. */
const pageSize = 20;

/** Milliseconds between refreshes of the counts. */
const refreshMs = 30_000;

type ListPage = Awaited<ReturnType<Api['listRooms']>>;

export class RoomListState {
  readonly query = signal(queryFromUrl());
  /** After a change of the query, the previous rooms stay until the first new page has arrived. */
  readonly rooms = signal<readonly RoomView[]>([]);
  readonly total = signal(0);
  readonly status = signal<'loading' | 'loaded' | 'failed'>('loading');
  /** The cursor of the next page; undefined on the last one. */
  readonly next = signal<string | undefined>(undefined);
  readonly popularTags = new PopularTags();
  #request = new AbortController();

  /**
   * Loads the first page and follows the browser history.
   * @returns stops it
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

  /** Changes the query. While a search text is being typed, the history entry is replaced instead of adding one. */
  setQuery(change: Partial<ListQuery>): void {
    const before = this.query.value;
    const query = { ...before, ...change };
    if (isSameQuery(query, before)) return;
    const isStillTyping = before.q !== '' && query.q !== '' && query.q !== before.q;
    history[isStillTyping ? 'replaceState' : 'pushState'](null, '', urlFor(query));
    this.#load(query);
  }

  /** Loads the next page, or retries the one that failed. */
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
    // Rooms can move in the order between two pages, so one may be on both.
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

  /** Updates the rooms in place, so that nothing moves under the pointer. */
  async #refresh(): Promise<void> {
    if (document.hidden || this.status.value !== 'loaded') return;
    const { signal: abortSignal } = this.#request;
    const shown = this.rooms.value.length;
    try {
      const page = await this.#fetchPage(Math.min(shown || pageSize, limits.page.roomListSizeMax));
      if (abortSignal.aborted) return;
      if (shown === 0) return this.#addPage(page, []);
      const updated = new Map(page.chats.map((room) => [room.link, room]));
      this.rooms.value = this.rooms.value.map((room) => updated.get(room.link) ?? room);
    } catch {
      // The counts stay until the next refresh.
    }
  }
}

function isSameQuery(one: ListQuery, other: ListQuery): boolean {
  return one.tag === other.tag && one.q === other.q && one.sort === other.sort;
}
