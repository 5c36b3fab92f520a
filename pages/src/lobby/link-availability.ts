/** Looks up whether links are free once the user stops typing, and finds free alternatives to a link that is taken. */
import { signal } from '@preact/signals';
import { ApiError } from '../../../client/index.ts';
import { api } from '../api.ts';
import { alternativeLinks } from './link-suggestions.ts';

/** Milliseconds without input before a lookup. */
const debounceMs = 400;

async function isFree(link: string, abortSignal: AbortSignal): Promise<boolean> {
  try {
    await api.getRoom({ params: { link } }, { signal: abortSignal });
    return false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.statusCode === 404) return true;
    // The room exists and is private.
    if (error.statusCode === 403) return false;
    throw error;
  }
}

export class LinkAvailability {
  readonly #results = signal<ReadonlyMap<string, 'free' | 'taken'>>(new Map());
  /** Free alternatives to the link that was last found taken. */
  readonly freeLinks = signal<readonly string[]>([]);
  #request = new AbortController();
  #inputTimer: ReturnType<typeof setTimeout> | undefined;

  /** @returns the result for a link; undefined if it has not been looked up */
  get(link: string): 'free' | 'taken' | undefined {
    return this.#results.value.get(link);
  }

  /** Schedules a lookup of the link being typed and cancels the one before; '' only cancels. */
  check(link: string): void {
    clearTimeout(this.#inputTimer);
    this.#request.abort();
    this.#request = new AbortController();
    if (link !== '' && !this.get(link)) this.#inputTimer = setTimeout(() => void this.#lookUp(link), debounceMs);
  }

  /** Records that a link is taken and looks for free alternatives. */
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
      // Creating the room will show it.
    }
  }

  #setResult(link: string, state: 'free' | 'taken'): void {
    this.#results.value = new Map([...this.#results.value, [link, state]]);
  }
}
