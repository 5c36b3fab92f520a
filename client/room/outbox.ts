/**
 * What one has written and the room has not answered for: each message goes out once, in order, and whoever waits for one
 * hears what became of it.
 */
import type { ServerAckFrame, ServerErrorFrame } from '../../shared/frames.ts';
import type { SingleFrame } from './parse-frames.ts';
import { PendingRequests } from './pending-requests.ts';
import { type OutgoingMessage, retryAfterOf } from './room-state.ts';
import { SendQueue } from './send-queue.ts';

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
  isPaused: () => boolean;
  /** Sends one. */
  send: (message: OutgoingMessage) => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #sendQueue: SendQueue;
  readonly #pendingSends = new PendingRequests();
  /** The message for whose sake a new token is being shown. */
  #heldMessage = '';

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#sendQueue = new SendQueue({
      next: () => (options.isPaused() ? undefined : this.next),
      send: options.send,
    });
  }

  /** The first that waits to be sent. */
  get next(): OutgoingMessage | undefined {
    return this.#options.outgoing().find(({ failure, messageId }) => !failure && messageId === undefined);
  }

  /** What is to be known of one that is to be sent; it cannot be where it does not wait, or all is over. */
  track(clientId: string, hasEnded: boolean): Sending {
    const stored = this.#pendingSends.waitFor(clientId) as Promise<ServerAckFrame>;
    const isWaiting = this.#options.outgoing().some((one) => one.clientId === clientId && one.messageId === undefined);
    if (hasEnded || !isWaiting) this.#pendingSends.fail('It cannot be sent', clientId);
    return { clientId, stored };
  }

  /** Lets the next one out, unless one is out or has to wait. */
  sendNext(): void {
    this.#sendQueue.sendNext();
  }

  /** Tells whoever waits what a frame says of their message. */
  settle(frame: SingleFrame): void {
    if (frame.type === 'ack' && frame.clientId) this.#pendingSends.settle({ ...frame, ref: frame.clientId });
    if (frame.type === 'error' && retryAfterOf(frame) === undefined) this.#pendingSends.settle(frame);
  }

  /** The room has answered for what was out: the next may go, or the same again after a pause. */
  onAnswered(frame: ServerAckFrame | ServerErrorFrame): void {
    if (frame.type === 'ack') this.#sendQueue.onAnswered(frame.clientId ?? '');
    else this.#sendQueue.onAnswered(String(frame.ref), retryAfterOf(frame));
  }

  /** Holds one back for which the token has expired, until a new one is shown. @returns false the second time */
  holdForToken(ref: string): boolean {
    const isMessage = this.#options.outgoing().some(({ clientId }) => clientId === ref);
    if (!isMessage || this.#heldMessage === ref) return false;
    this.#heldMessage = ref;
    return true;
  }

  /** Lets go of what was held back. */
  releaseHeld(): void {
    this.#sendQueue.onAnswered(this.#heldMessage);
    this.#sendQueue.sendNext();
  }

  discard(clientId: string): void {
    this.#pendingSends.fail('Discarded', clientId);
  }

  /** The line is gone: what was out is to go out again. */
  reset(): void {
    this.#heldMessage = '';
    this.#sendQueue.reset();
  }

  /** Nothing goes out any more. */
  end(reason: string): void {
    this.#pendingSends.fail(reason);
  }
}
