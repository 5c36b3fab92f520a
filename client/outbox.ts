/**
 * What one has written and the room has not answered for: each message goes out once, in order, and whoever waits for one
 * hears what became of it.
 */
import type { ServerAckFrame, ServerErrorFrame } from '../shared/frames.ts';
import { Asks } from './asks.ts';
import type { SingleFrame } from './hearing.ts';
import { type OutgoingMessage, pauseOf } from './state.ts';
import { Turnstile } from './turnstile.ts';

/** A message on its way. */
export interface Sending {
  /** By which `outgoing` has it until it is among the room's messages. */
  clientId: string;
  /**
   * Where it has its place, once it is stored. Rejects with `ApiError` where the room refuses it (403, 404, 409 …), or
   * with 0 where it is discarded or the connection ends. Slow mode and a lost line only make it wait.
   */
  stored: Promise<ServerAckFrame>;
}

export interface OutboxOptions {
  /** One's own messages that are not among the room's yet, in order. */
  outgoing: () => readonly OutgoingMessage[];
  /** Whether none may go out at present. */
  isHeld: () => boolean;
  /** Sends one. */
  post: (message: OutgoingMessage) => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #turnstile: Turnstile;
  readonly #sendings = new Asks();
  /** The message for whose sake a new token is being shown. */
  #heldFor = '';

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#turnstile = new Turnstile({
      next: () => (options.isHeld() ? undefined : this.next),
      post: options.post,
    });
  }

  /** The first that waits to be sent. */
  get next(): OutgoingMessage | undefined {
    return this.#options.outgoing().find(({ failure, messageId }) => !failure && messageId === undefined);
  }

  /** What is to be known of one that is to be sent; it cannot be where it does not wait, or all is over. */
  follow(clientId: string, isOver: boolean): Sending {
    const stored = this.#sendings.expect(clientId) as Promise<ServerAckFrame>;
    const isWaiting = this.#options.outgoing().some((one) => one.clientId === clientId && one.messageId === undefined);
    if (isOver || !isWaiting) this.#sendings.fail('It cannot be sent', clientId);
    return { clientId, stored };
  }

  /** Lets the next one out, unless one is out or has to wait. */
  turn(): void {
    this.#turnstile.turn();
  }

  /** Tells whoever waits what a frame says of their message. */
  settle(frame: SingleFrame): void {
    if (frame.type === 'ack' && frame.clientId) this.#sendings.hear({ ...frame, ref: frame.clientId });
    if (frame.type === 'error' && pauseOf(frame) === undefined) this.#sendings.hear(frame);
  }

  /** The room has answered for what was out: the next may go, or the same again after a pause. */
  goOn(frame: ServerAckFrame | ServerErrorFrame): void {
    if (frame.type === 'ack') this.#turnstile.answered(frame.clientId ?? '');
    else this.#turnstile.answered(String(frame.ref), pauseOf(frame));
  }

  /** Holds one back for which the token has expired, until a new one is shown. @returns false the second time */
  hold(ref: string): boolean {
    const isMessage = this.#options.outgoing().some(({ clientId }) => clientId === ref);
    if (!isMessage || this.#heldFor === ref) return false;
    this.#heldFor = ref;
    return true;
  }

  /** Lets go of what was held back. */
  release(): void {
    this.#turnstile.answered(this.#heldFor);
    this.#turnstile.turn();
  }

  discard(clientId: string): void {
    this.#sendings.fail('Discarded', clientId);
  }

  /** The line is gone: what was out is to go out again. */
  reset(): void {
    this.#heldFor = '';
    this.#turnstile.reset();
  }

  /** Nothing goes out any more. */
  end(reason: string): void {
    this.#sendings.fail(reason);
  }
}
