/**
 * Asks for pages of the log: at either end one at a time, since each begins where the one before ended, and jumps, of
 * which the last counts.
 */
import { clientLimits as limits } from '../shared/limits.ts';
import type { RoomState } from './state.ts';
import { type PageKind, pageRef } from './stretch.ts';

export interface PagerOptions {
  state: () => RoomState;
  ask: (question: object, ref: string) => Promise<unknown>;
  /** Whether the answer to that question is waited for. */
  isAsked: (ref: string) => boolean;
}

interface Question {
  kind: PageKind;
  ref: string;
  answer: Promise<unknown>;
}

type Place = { before: number } | { after: number } | { around: number } | Record<string, never>;

const isJump = ({ kind }: Question) => kind === 'around' || kind === 'newest';

export class Pager {
  readonly #options: PagerOptions;
  #last: Question | undefined;
  /** Numbers the jumps. */
  #jumps = 0;

  constructor(options: PagerOptions) {
    this.#options = options;
  }

  /** The page before the oldest message that is known. */
  async older(): Promise<void> {
    const { messages, hasOlder } = this.#options.state();
    const [first] = messages;
    if (first && hasOlder) await (this.#open()?.answer ?? this.#ask('older', { before: first.id }, first.id));
  }

  /** The page after the newest one that is known. */
  async newer(): Promise<void> {
    const { messages, hasNewer } = this.#options.state();
    const last = messages.at(-1);
    if (last && hasNewer) await (this.#open()?.answer ?? this.#ask('newer', { after: last.id }, last.id));
  }

  /** Jumps to a message, unless it is known and stays so. */
  async goTo(messageId: number): Promise<void> {
    const open = this.#open();
    const isKnown = this.#options.state().messages.some(({ id }) => id === messageId);
    if (!isKnown || (open && isJump(open))) await this.#ask('around', { around: messageId }, ++this.#jumps);
  }

  /** Comes back to the newest messages, unless one is there and stays so. */
  async goToNewest(): Promise<void> {
    const open = this.#open();
    if (open?.kind === 'newest') await open.answer;
    else if (open?.kind === 'around' || this.#options.state().hasNewer) await this.#ask('newest', {}, ++this.#jumps);
  }

  #open(): Question | undefined {
    return this.#last && this.#options.isAsked(this.#last.ref) ? this.#last : undefined;
  }

  #ask(kind: PageKind, place: Place, at: number): Promise<unknown> {
    const ref = pageRef(kind, at);
    const answer = this.#options.ask({ type: 'history', ...place, limit: limits.pageSize }, ref);
    this.#last = { kind, ref, answer };
    return answer;
  }
}
