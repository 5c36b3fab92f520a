/**
 * Asks for pages of the log: at either end one at a time, since each begins where the one before ended, and jumps, of
 * which the last counts.
 */
import { clientLimits as limits } from '../../shared/limits.ts';
import type { RoomState } from './room-state.ts';
import { type PageKind, pageRef } from './timeline.ts';

export interface HistoryPagerOptions {
  state: () => RoomState;
  request: (question: object, ref: string) => Promise<unknown>;
  /** Whether the answer to that question is waited for. */
  isPending: (ref: string) => boolean;
}

interface PageRequest {
  kind: PageKind;
  ref: string;
  reply: Promise<unknown>;
}

type PagePosition = { before: number } | { after: number } | { around: number } | Record<string, never>;

const isJump = ({ kind }: PageRequest) => kind === 'around' || kind === 'newest';

export class HistoryPager {
  readonly #options: HistoryPagerOptions;
  #lastRequest: PageRequest | undefined;
  /** Numbers the jumps. */
  #jumpCount = 0;

  constructor(options: HistoryPagerOptions) {
    this.#options = options;
  }

  /** The page before the oldest message that is known. */
  async loadOlder(): Promise<void> {
    const { messages, hasOlder } = this.#options.state();
    const [first] = messages;
    if (first && hasOlder)
      await (this.#pendingRequest()?.reply ?? this.#request('older', { before: first.id }, first.id));
  }

  /** The page after the newest one that is known. */
  async loadNewer(): Promise<void> {
    const { messages, hasNewer } = this.#options.state();
    const last = messages.at(-1);
    if (last && hasNewer) await (this.#pendingRequest()?.reply ?? this.#request('newer', { after: last.id }, last.id));
  }

  /** Jumps to a message, unless it is known and stays so. */
  async jumpTo(messageId: number): Promise<void> {
    const pending = this.#pendingRequest();
    const isLoaded = this.#options.state().messages.some(({ id }) => id === messageId);
    if (!isLoaded || (pending && isJump(pending)))
      await this.#request('around', { around: messageId }, ++this.#jumpCount);
  }

  /** Comes back to the newest messages, unless one is there and stays so. */
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
    const answer = this.#options.request({ type: 'history', ...position, limit: limits.pageSize }, ref);
    this.#lastRequest = { kind, ref, reply: answer };
    return answer;
  }
}
