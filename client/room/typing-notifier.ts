/** Tells a room that somebody types: not at each key, again while it goes on, and that it ended. */
import { clientLimits as limits } from '../../shared/limits.ts';

/** Milliseconds between two words of it, and without a key until it has ended. */
const resendMs = limits.typingMs / 2;
const idleMs = limits.typingMs - 1_000;

export class TypingNotifier {
  readonly #send: (on: boolean) => void;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param send says that one types, or no longer does */
  constructor(send: (on: boolean) => void) {
    this.#send = send;
  }

  /** A key was pressed. */
  onInput(at: number): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.stop(), idleMs);
    if (at - this.#lastSentAt < resendMs) return;
    this.#lastSentAt = at;
    this.#send(true);
  }

  /** The text was sent or taken back. */
  stop(): void {
    if (this.#idleTimer === undefined) return;
    this.reset();
    this.#send(false);
  }

  /** Nobody is there to be told. */
  reset(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#lastSentAt = Number.NEGATIVE_INFINITY;
  }
}
