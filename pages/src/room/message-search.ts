/** Looking for words in a room: as one types, newest first, page after page. */
import { signal } from '@preact/signals';
import { api } from '../api.ts';
import type { RoomController } from './room-controller.ts';

/** Milliseconds without a key after which what stands there is looked for. */
const debounceMs = 250;

/** Pages without a message that are looked at in one go: a search may come back empty and yet go on. */
const maxEmptyPages = 20;

type SearchPage = Awaited<ReturnType<typeof api.searchMessages>>;
export type SearchHit = SearchPage['messages'][number];

export class MessageSearch {
  readonly query = signal('');
  readonly results = signal<readonly SearchHit[]>([]);
  readonly status = signal<'idle' | 'looking' | 'done' | 'failed'>('idle');
  /** Where more is looked for; undefined where all was. */
  readonly next = signal<number | undefined>(undefined);
  readonly #controller: RoomController;
  #request = new AbortController();
  #inputTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(controller: RoomController) {
    this.#controller = controller;
  }

  /** Looks for something else, once nothing more is typed. */
  setQuery(query: string): void {
    this.query.value = query;
    this.stop();
    this.results.value = [];
    this.next.value = undefined;
    this.status.value = query.trim() === '' ? 'idle' : 'looking';
    if (this.status.value === 'looking') this.#inputTimer = setTimeout(() => void this.loadMore(), debounceMs);
  }

  /** Looks for more, further back. */
  async loadMore(): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    this.status.value = 'looking';
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
