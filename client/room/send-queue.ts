/**
 * Lets one message out at a time, and the next once the room has answered for it: whatever is refused for its haste goes
 * out again after the pause that the room asked for, so the order of what a person wrote holds.
 */
import type { OutgoingMessage } from './room-state.ts';

export interface SendQueueOptions {
  /** The first message that waits to be sent. */
  next: () => OutgoingMessage | undefined;
  /** Sends it. */
  send: (message: OutgoingMessage) => void;
}

export class SendQueue {
  readonly #options: SendQueueOptions;
  /** The message that the room has not answered for. */
  #inFlight: string | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Lets the next message out, unless one is out already or a pause goes on. */
  sendNext(): void {
    if (this.#inFlight !== undefined || this.#retryTimer !== undefined) return;
    const message = this.#options.next();
    if (!message) return;
    this.#inFlight = message.clientId;
    this.#options.send(message);
  }

  /**
   * The room has answered for a message.
   * @param retryAfter seconds until it may be sent again, where it was refused for its haste
   */
  onAnswered(clientId: string, retryAfter?: number): void {
    if (clientId !== this.#inFlight) return;
    this.#inFlight = undefined;
    if (retryAfter === undefined) return this.sendNext();
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.sendNext();
    }, retryAfter * 1_000);
  }

  /** Nothing is out any more, and nobody waits: the line is gone, or new. */
  reset(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#inFlight = undefined;
  }
}
