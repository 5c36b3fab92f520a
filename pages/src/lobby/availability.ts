/** Whether links are free, asked of the service once the typing pauses; and others like one that is taken. */
import { signal } from '@preact/signals';
import { ApiError } from '../../../client/index.ts';
import { api } from '../api.ts';
import { alternativeLinks } from './link-suggestions.ts';

/** Milliseconds without typing after which one asks. */
const debounceMs = 400;

async function isFree(link: string, abortSignal: AbortSignal): Promise<boolean> {
  try {
    await api.getRoom({ params: { link } }, { signal: abortSignal });
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
  readonly #results = signal<ReadonlyMap<string, 'free' | 'taken'>>(new Map());
  /** Those that may be had in place of the link that was found taken last. */
  readonly freeLinks = signal<readonly string[]>([]);
  #request = new AbortController();
  #inputTimer: ReturnType<typeof setTimeout> | undefined;

  /** What is known of a link. */
  get(link: string): 'free' | 'taken' | undefined {
    return this.#results.value.get(link);
  }

  /** Finds out about the link that is being typed; '' about none. */
  check(link: string): void {
    clearTimeout(this.#inputTimer);
    this.#request.abort();
    this.#request = new AbortController();
    if (link !== '' && !this.get(link)) this.#inputTimer = setTimeout(() => void this.#lookUp(link), debounceMs);
  }

  /** Takes note that the service has refused a link, and offers others. */
  async markTaken(link: string): Promise<void> {
    this.check('');
    const candidates = alternativeLinks(link);
    const { signal: abortSignal } = this.#request;
    const free = await Promise.all(candidates.map((candidate) => isFree(candidate, abortSignal).catch(() => false)));
    if (abortSignal.aborted) return;
    this.freeLinks.value = candidates.filter((_, index) => free[index]);
    this.#setResult(link, 'taken');
    for (const candidate of this.freeLinks.value) this.#setResult(candidate, 'free');
  }

  async #lookUp(link: string): Promise<void> {
    try {
      if (await isFree(link, this.#request.signal)) this.#setResult(link, 'free');
      else await this.markTaken(link);
    } catch {
      // Whether it is free shows when the room is made.
    }
  }

  #setResult(link: string, state: 'free' | 'taken'): void {
    this.#results.value = new Map([...this.#results.value, [link, state]]);
  }
}
