/** The rooms as the lobby lists them: those of a query, page after page, with counts that are kept fresh. */
import { signal } from '@preact/signals';
import { type Api, limits, type RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';
import { KnownTags } from './known-tags.ts';
import { addressOf, type ListQuery, queryOfAddress } from './list-query.ts';

/** Rooms a page. */
const pageSize = 20;

/** Milliseconds between two looks at the counts. */
const refreshMs = 30_000;

type ListPage = Awaited<ReturnType<Api['listRooms']>>;

export class Listing {
  readonly query = signal(queryOfAddress());
  /** Those of the query before stay until the first page of another is there. */
  readonly rooms = signal<readonly RoomView[]>([]);
  readonly total = signal(0);
  readonly status = signal<'loading' | 'loaded' | 'failed'>('loading');
  /** Where the next page begins, if there is one. */
  readonly next = signal<string | undefined>(undefined);
  readonly tags = new KnownTags();
  #asking = new AbortController();

  /**
   * Starts to list and to follow the address.
   * @returns ends it
   */
  open(): () => void {
    const follow = () => {
      const query = queryOfAddress();
      if (!isSame(query, this.query.value)) this.#show(query);
    };
    const refresh = () => void this.#refresh();
    const refreshing = setInterval(refresh, refreshMs);
    addEventListener('popstate', follow);
    document.addEventListener('visibilitychange', refresh);
    void this.more();
    return () => {
      removeEventListener('popstate', follow);
      document.removeEventListener('visibilitychange', refresh);
      clearInterval(refreshing);
      this.#asking.abort();
    };
  }

  /** Lists other rooms, or in another order. Words that are still being typed make one step back, not many. */
  choose(change: Partial<ListQuery>): void {
    const before = this.query.value;
    const query = { ...before, ...change };
    if (isSame(query, before)) return;
    const isTypedOn = before.q !== '' && query.q !== '' && query.q !== before.q;
    history[isTypedOn ? 'replaceState' : 'pushState'](null, '', addressOf(query));
    this.#show(query);
  }

  /** Loads the next page, or the one that failed. */
  async more(): Promise<void> {
    const { signal: asked } = this.#asking;
    const after = this.next.value;
    this.status.value = 'loading';
    try {
      const page = await this.#ask(pageSize, after);
      if (asked.aborted) return;
      this.#take(page, after === undefined ? [] : this.rooms.value);
      this.status.value = 'loaded';
    } catch {
      if (asked.aborted) return;
      if (after === undefined) this.rooms.value = [];
      this.status.value = 'failed';
    }
  }

  #show(query: ListQuery): void {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.query.value = query;
    this.next.value = undefined;
    void this.more();
  }

  #take({ chats, total, next }: ListPage, before: readonly RoomView[]): void {
    // In an order that moves, a room may come twice.
    const known = new Set(before.map(({ link }) => link));
    this.rooms.value = [...before, ...chats.filter(({ link }) => !known.has(link))];
    this.total.value = total;
    this.next.value = next;
    this.tags.learn(chats);
  }

  #ask(limit: number, after?: string): Promise<ListPage> {
    const { tag, q, sort } = this.query.value;
    const query = { limit: String(limit), sort, after, tag: tag || undefined, q: q || undefined };
    return api.listRooms({ query }, { signal: this.#asking.signal });
  }

  /** Brings what is shown up to date in its place: nothing moves under a pointer. */
  async #refresh(): Promise<void> {
    if (document.hidden || this.status.value !== 'loaded') return;
    const { signal: asked } = this.#asking;
    const shown = this.rooms.value.length;
    try {
      const page = await this.#ask(Math.min(shown || pageSize, limits.listSizeMax));
      if (asked.aborted) return;
      if (shown === 0) return this.#take(page, []);
      const fresh = new Map(page.chats.map((room) => [room.link, room]));
      this.rooms.value = this.rooms.value.map((room) => fresh.get(room.link) ?? room);
    } catch {
      // The counts stay as they are until the next look.
    }
  }
}

function isSame(one: ListQuery, other: ListQuery): boolean {
  return one.tag === other.tag && one.q === other.q && one.sort === other.sort;
}
