/** Sends `typing` frames: when typing starts, at intervals while it continues, and when it stops. */
import { clientLimits as limits } from '../../shared/client-limits.ts';

/** Milliseconds between two frames, and without a keystroke until typing has stopped. */
const resendMs = limits.readState.typingMs / 2;
const idleMs = limits.readState.typingMs - 1_000;

export class TypingNotifier {
  readonly #send: (on: boolean) => void;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param send sends that the participant is typing, or has stopped */
  constructor(send: (on: boolean) => void) {
    this.#send = send;
  }

  /** To be called at each keystroke. @param at milliseconds */
  onInput(at: number): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.stop(), idleMs);
    if (at - this.#lastSentAt < resendMs) return;
    this.#lastSentAt = at;
    this.#send(true);
  }

  /** To be called when the text was sent or cleared. */
  stop(): void {
    if (this.#idleTimer === undefined) return;
    this.reset();
    this.#send(false);
  }

  /** Stops without a frame, because the socket is closed. */
  reset(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    this.#lastSentAt = Number.NEGATIVE_INFINITY;
  }
}
