/** Whether links are free, asked of the service once the typing pauses; and others like one that is taken. */
import { signal } from '@preact/signals';
import { ApiError } from '../../../client/index.ts';
import { api } from '../api.ts';
import { linksLike } from './suggestion.ts';

/** Milliseconds without typing after which one asks. */
const pauseMs = 400;

async function isFree(link: string, asked: AbortSignal): Promise<boolean> {
  try {
    await api.getRoom({ params: { link } }, { signal: asked });
    return false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.statusCode === 404) return true;
    // There is one, which is private.
    if (error.statusCode === 403) return false;
    throw error;
  }
}

export class Availability {
  readonly #known = signal<ReadonlyMap<string, 'free' | 'taken'>>(new Map());
  /** Those that may be had in place of the link that was found taken last. */
  readonly freeLinks = signal<readonly string[]>([]);
  #asking = new AbortController();
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** What is known of a link. */
  of(link: string): 'free' | 'taken' | undefined {
    return this.#known.value.get(link);
  }

  /** Finds out about the link that is being typed; '' about none. */
  ask(link: string): void {
    clearTimeout(this.#pause);
    this.#asking.abort();
    this.#asking = new AbortController();
    if (link !== '' && !this.of(link)) this.#pause = setTimeout(() => void this.#look(link), pauseMs);
  }

  /** Takes note that the service has refused a link, and offers others. */
  async refuse(link: string): Promise<void> {
    this.ask('');
    const candidates = linksLike(link);
    const { signal: asked } = this.#asking;
    const free = await Promise.all(candidates.map((candidate) => isFree(candidate, asked).catch(() => false)));
    if (asked.aborted) return;
    this.freeLinks.value = candidates.filter((_, place) => free[place]);
    this.#note(link, 'taken');
    for (const candidate of this.freeLinks.value) this.#note(candidate, 'free');
  }

  async #look(link: string): Promise<void> {
    try {
      if (await isFree(link, this.#asking.signal)) this.#note(link, 'free');
      else await this.refuse(link);
    } catch {
      // Whether it is free shows when the room is made.
    }
  }

  #note(link: string, state: 'free' | 'taken'): void {
    this.#known.value = new Map([...this.#known.value, [link, state]]);
  }
}
