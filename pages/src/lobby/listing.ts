/** The rooms as the lobby lists them: a tag's or all, page after page, with counts that are kept fresh. */
import { signal } from '@preact/signals';
import { limits, type RoomView } from '../../../client/index.ts';
import { api } from '../api.ts';

/** Rooms a page. */
const pageSize = 20;

/** Milliseconds between two looks at the counts. */
const refreshMs = 30_000;

const tagOfAddress = () => new URLSearchParams(location.search).get('tag') || undefined;

export class Listing {
  readonly rooms = signal<readonly RoomView[]>([]);
  readonly total = signal(0);
  readonly status = signal<'loading' | 'loaded' | 'failed'>('loading');
  readonly tag = signal(tagOfAddress());
  #offset = 0;
  #asking = new AbortController();

  /**
   * Starts to list and to follow the address.
   * @returns ends it
   */
  open(): () => void {
    const follow = () => this.#show(tagOfAddress());
    const refreshing = setInterval(() => void this.#refresh(), refreshMs);
    addEventListener('popstate', follow);
    void this.more();
    return () => {
      removeEventListener('popstate', follow);
      clearInterval(refreshing);
      this.#asking.abort();
    };
  }

  /** Lists the rooms of a tag only, or all again. */
  choose(tag: string | undefined): void {
    const address = new URL(location.href);
    if (tag === undefined) address.searchParams.delete('tag');
    else address.searchParams.set('tag', tag);
    history.pushState(null, '', address);
    this.#show(tag);
  }

  get hasMore(): boolean {
    return this.#offset < this.total.value;
  }

  /** Loads the next page, or the one that failed. */
  async more(): Promise<void> {
    const { signal: asked } = this.#asking;
    this.status.value = 'loading';
    try {
      const page = await api.listRooms({ query: this.#query(pageSize, this.#offset) }, { signal: asked });
      // Rooms made meanwhile push known ones onto this page.
      const known = new Set(this.rooms.value.map(({ link }) => link));
      this.rooms.value = [...this.rooms.value, ...page.chats.filter(({ link }) => !known.has(link))];
      this.#offset += page.chats.length;
      this.total.value = page.total;
      this.status.value = 'loaded';
    } catch {
      if (!asked.aborted) this.status.value = 'failed';
    }
  }

  #show(tag: string | undefined): void {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.tag.value = tag;
    this.rooms.value = [];
    this.total.value = 0;
    this.#offset = 0;
    void this.more();
  }

  #query(limit: number, offset: number) {
    const tag = this.tag.value;
    return { limit: String(limit), offset: String(offset), ...(tag !== undefined && { tag }) };
  }

  /** Brings what is shown up to date in its place: nothing moves under a pointer. */
  async #refresh(): Promise<void> {
    if (document.hidden || this.status.value !== 'loaded' || this.rooms.value.length === 0) return;
    const { signal: asked } = this.#asking;
    const shown = Math.min(this.rooms.value.length, limits.listSizeMax);
    try {
      const { chats } = await api.listRooms({ query: this.#query(shown, 0) }, { signal: asked });
      const fresh = new Map(chats.map((room) => [room.link, room]));
      this.rooms.value = this.rooms.value.map((room) => fresh.get(room.link) ?? room);
    } catch {
      // The counts stay as they are until the next look.
    }
  }
}
