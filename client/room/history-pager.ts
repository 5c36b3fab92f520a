/**
 * Requests pages of the message log. Older and newer pages are requested one at a time, because each starts where the
 * previous page ended. Of several jumps the last one wins.
 */
import { clientLimits as limits } from '../../shared/client-limits.ts';
import type { RoomState } from './room-state.ts';
import { type PageKind, pageRef } from './timeline.ts';

export interface HistoryPagerOptions {
  state: () => RoomState;
  request: (frame: object, ref: string) => Promise<unknown>;
  /** Whether the reply to `ref` is still missing. */
  isPending: (ref: string) => boolean;
}

interface PageRequest {
  kind: PageKind;
  ref: string;
  reply: Promise<unknown>;
}

type PagePosition = { before: number } | { after: number } | { around: number } | Record<string, never>;

const isJump = ({ kind }: PageRequest) => kind === 'around' || kind === 'newest';

/** The promises of all methods reject with `ApiError` if the request fails. */
export class HistoryPager {
  readonly #options: HistoryPagerOptions;
  #lastRequest: PageRequest | undefined;
  #jumpCount = 0;

  constructor(options: HistoryPagerOptions) {
    this.#options = options;
  }

  /** Loads the page before the first loaded message, unless the log starts there. */
  async loadOlder(): Promise<void> {
    const { messages, hasOlder } = this.#options.state();
    const [first] = messages;
    if (first && hasOlder)
      await (this.#pendingRequest()?.reply ?? this.#request('older', { before: first.id }, first.id));
  }

  /** Loads the page after the last loaded message, unless the log ends there. */
  async loadNewer(): Promise<void> {
    const { messages, hasNewer } = this.#options.state();
    const last = messages.at(-1);
    if (last && hasNewer) await (this.#pendingRequest()?.reply ?? this.#request('newer', { after: last.id }, last.id));
  }

  /** Loads the page around a message, unless the message is loaded and no pending jump replaces it. */
  async jumpTo(messageId: number): Promise<void> {
    const pending = this.#pendingRequest();
    const isLoaded = this.#options.state().messages.some(({ id }) => id === messageId);
    if (!isLoaded || (pending && isJump(pending)))
      await this.#request('around', { around: messageId }, ++this.#jumpCount);
  }

  /** Loads the newest page, unless it is loaded and no pending jump replaces it. */
  async jumpToNewest(): Promise<void> {
    const pending = this.#pendingRequest();
    if (pending?.kind === 'newest') await pending.reply;
    else if (pending?.kind === 'around' || this.#options.state().hasNewer)
      await this.#request('newest', {}, ++this.#jumpCount);
  }

  #pendingRequest(): PageRequest | undefined {
    return this.#lastRequest && this.#options.isPending(this.#lastRequest.ref) ? this.#lastRequest : undefined;
  }

  #request(kind: PageKind, position: PagePosition, at: number): Promise<unknown> {
    const ref = pageRef(kind, at);
    const reply = this.#options.request({ type: 'history', ...position, limit: limits.page.size }, ref);
    this.#lastRequest = { kind, ref, reply };
    return reply;
  }
}
