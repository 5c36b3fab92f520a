/** Looking for words in a room: as one types, newest first, page after page. */
import { signal } from '@preact/signals';
import { api } from '../api.ts';
import type { RoomSession } from './session.ts';

/** Milliseconds without a key after which what stands there is looked for. */
const pauseMs = 250;

/** Pages without a message that are looked at in one go: a search may come back empty and yet go on. */
const emptyPages = 20;

type FoundPage = Awaited<ReturnType<typeof api.searchMessages>>;
export type Found = FoundPage['messages'][number];

export class Searching {
  readonly query = signal('');
  readonly found = signal<readonly Found[]>([]);
  readonly status = signal<'idle' | 'looking' | 'done' | 'failed'>('idle');
  /** Where more is looked for; undefined where all was. */
  readonly next = signal<number | undefined>(undefined);
  readonly #session: RoomSession;
  #asking = new AbortController();
  #pausing: ReturnType<typeof setTimeout> | undefined;

  constructor(session: RoomSession) {
    this.#session = session;
  }

  /** Looks for something else, once nothing more is typed. */
  type(query: string): void {
    this.query.value = query;
    this.stop();
    this.found.value = [];
    this.next.value = undefined;
    this.status.value = query.trim() === '' ? 'idle' : 'looking';
    if (this.status.value === 'looking') this.#pausing = setTimeout(() => void this.more(), pauseMs);
  }

  /** Looks for more, further back. */
  async more(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    this.status.value = 'looking';
    try {
      for (let page = 0; page < emptyPages; page++) {
        const { messages, next } = await this.#ask(asking.signal);
        this.found.value = [...this.found.value, ...messages];
        this.next.value = next;
        if (messages.length > 0 || next === undefined) break;
      }
      this.status.value = 'done';
    } catch {
      if (!asking.signal.aborted) this.status.value = 'failed';
    }
  }

  stop(): void {
    clearTimeout(this.#pausing);
    this.#asking.abort();
  }

  #ask(asked: AbortSignal): Promise<FoundPage> {
    const before = this.next.value;
    const query = { q: this.query.value, limit: '20', ...(before !== undefined && { before: String(before) }) };
    return api.searchMessages(
      { params: { link: this.#session.link }, query },
      { ...this.#session.access, signal: asked },
    );
  }
}
