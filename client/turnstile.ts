/**
 * Lets one message out at a time, and the next once the room has answered for it: whatever is refused for its haste goes
 * out again after the pause that the room asked for, so the order of what a person wrote holds.
 */
import type { OutgoingMessage } from './state.ts';

export interface TurnstileOptions {
  /** The first message that waits to be sent. */
  next: () => OutgoingMessage | undefined;
  /** Sends it. */
  post: (message: OutgoingMessage) => void;
}

export class Turnstile {
  readonly #options: TurnstileOptions;
  /** The message that the room has not answered for. */
  #out: string | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TurnstileOptions) {
    this.#options = options;
  }

  /** Lets the next message out, unless one is out already or a pause goes on. */
  turn(): void {
    if (this.#out !== undefined || this.#pause !== undefined) return;
    const message = this.#options.next();
    if (!message) return;
    this.#out = message.clientId;
    this.#options.post(message);
  }

  /**
   * The room has answered for a message.
   * @param pause seconds until it may be sent again, where it was refused for its haste
   */
  answered(clientId: string, pause?: number): void {
    if (clientId !== this.#out) return;
    this.#out = undefined;
    if (pause === undefined) return this.turn();
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.turn();
    }, pause * 1_000);
  }

  /** Nothing is out any more, and nobody waits: the line is gone, or new. */
  reset(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#out = undefined;
  }
}
