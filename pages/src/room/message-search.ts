/** Searches the messages of a room as the user types: newest first, in pages. */
import { signal } from '@preact/signals';
import { api } from '../api.ts';
import type { RoomController } from './room-controller.ts';

/** Milliseconds without input before a search. */
const debounceMs = 250;

/** Maximum pages per load: the service may return an empty page although older messages match. */
const maxEmptyPages = 20;

type SearchPage = Awaited<ReturnType<typeof api.searchMessages>>;
export type SearchHit = SearchPage['messages'][number];

export class MessageSearch {
  readonly query = signal('');
  readonly results = signal<readonly SearchHit[]>([]);
  readonly status = signal<'idle' | 'searching' | 'done' | 'failed'>('idle');
  /** The cursor of the next page; undefined on the last one. */
  readonly next = signal<number | undefined>(undefined);
  readonly #controller: RoomController;
  #request = new AbortController();
  #inputTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(controller: RoomController) {
    this.#controller = controller;
  }

  /** Changes the query and schedules a search. */
  setQuery(query: string): void {
    this.query.value = query;
    this.stop();
    this.results.value = [];
    this.next.value = undefined;
    this.status.value = query.trim() === '' ? 'idle' : 'searching';
    if (this.status.value === 'searching') this.#inputTimer = setTimeout(() => void this.loadMore(), debounceMs);
  }

  /** Loads older results. */
  async loadMore(): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    this.status.value = 'searching';
    try {
      for (let page = 0; page < maxEmptyPages; page++) {
        const { messages, next } = await this.#fetchPage(request.signal);
        this.results.value = [...this.results.value, ...messages];
        this.next.value = next;
        if (messages.length > 0 || next === undefined) break;
      }
      this.status.value = 'done';
    } catch {
      if (!request.signal.aborted) this.status.value = 'failed';
    }
  }

  stop(): void {
    clearTimeout(this.#inputTimer);
    this.#request.abort();
  }

  #fetchPage(abortSignal: AbortSignal): Promise<SearchPage> {
    const before = this.next.value;
    const query = { q: this.query.value, limit: '20', ...(before !== undefined && { before: String(before) }) };
    return api.searchMessages(
      { params: { link: this.#controller.link }, query },
      { ...this.#controller.callOptions, signal: abortSignal },
    );
  }
}
