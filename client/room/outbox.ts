/**
 * Sends the participant's messages in the order in which they were written: the next one only after the room has answered
 * the one before, so that a message that is rate limited keeps its place.
 */
import type { ServerAckFrame, ServerErrorFrame } from '../../shared/server-frames.ts';
import type { SingleFrame } from './parse-frames.ts';
import { PendingRequests } from './pending-requests.ts';
import { type OutgoingMessage, retryAfterOf } from './room-state.ts';

/** A message that is being sent. */
export interface Sending {
  /** Identifies the message in `outgoing` until the room's `messages` contain it. */
  clientId: string;
  /**
   * Resolves with the `ack` once the message is stored. Rejects with `ApiError`: with the room's status code (403, 404,
   * 409 …) if the room refuses the message, with 0 if it is discarded or the connection ends. Slow mode and a lost
   * connection only delay it.
   */
  stored: Promise<ServerAckFrame>;
}

export interface OutboxOptions {
  /** The participant's messages that the room's `messages` do not contain yet, in order. */
  outgoing: () => readonly OutgoingMessage[];
  /** Whether sending is paused. */
  isPaused: () => boolean;
  send: (message: OutgoingMessage) => void;
}

/** @returns a message with a new random `clientId`, unique to its author */
export function createOutgoingMessage(text: string, replyTo: number | undefined): OutgoingMessage {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const clientId = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { clientId, text, createdAt: Date.now(), ...(replyTo !== undefined && { replyTo }) };
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #pendingSends = new PendingRequests();
  /** The message that was sent and not answered yet. */
  #inFlight: string | undefined;
  /** Runs until the room's rate limit allows the next message. */
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** The last message that was held until a new token is accepted. Each message is held once. */
  #heldMessage = '';

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** The first message that waits to be sent. */
  get next(): OutgoingMessage | undefined {
    return this.#options.outgoing().find(({ failure, messageId }) => !failure && messageId === undefined);
  }

  /** @returns a handle for a message; its `stored` rejects at once if the message is not waiting, or `hasEnded` */
  track(clientId: string, hasEnded: boolean): Sending {
    const stored = this.#pendingSends.waitFor(clientId) as Promise<ServerAckFrame>;
    const isWaiting = this.#options.outgoing().some((one) => one.clientId === clientId && one.messageId === undefined);
    if (hasEnded || !isWaiting) this.#pendingSends.fail('It cannot be sent', clientId);
    return { clientId, stored };
  }

  /** Sends the next message, unless one is in flight or the outbox has to wait. */
  sendNext(): void {
    if (this.#inFlight !== undefined || this.#retryTimer !== undefined || this.#options.isPaused()) return;
    const message = this.next;
    if (!message) return;
    this.#inFlight = message.clientId;
    this.#options.send(message);
  }

  /** Settles `stored` of the message that a frame answers. */
  settle(frame: SingleFrame): void {
    if (frame.type === 'ack' && frame.clientId) this.#pendingSends.settle({ ...frame, ref: frame.clientId });
    if (frame.type === 'error' && retryAfterOf(frame) === undefined) this.#pendingSends.settle(frame);
  }

  /** Sends the next message after the room has answered the one in flight, or the same again after a rate limit. */
  onAnswered(frame: ServerAckFrame | ServerErrorFrame): void {
    if (frame.type === 'ack') this.#finishSend(frame.clientId ?? '');
    else this.#finishSend(String(frame.ref), retryAfterOf(frame));
  }

  /** Holds a message whose token has expired. @returns false if `clientId` is not a message, or was held before */
  holdForToken(clientId: string): boolean {
    const isMessage = this.#options.outgoing().some((one) => one.clientId === clientId);
    if (!isMessage || this.#heldMessage === clientId) return false;
    this.#heldMessage = clientId;
    return true;
  }

  /** Sends the held message again. */
  releaseHeld(): void {
    this.#finishSend(this.#heldMessage);
    this.sendNext();
  }

  discard(clientId: string): void {
    this.#pendingSends.fail('Discarded', clientId);
  }

  /** Forgets the message in flight of a closed socket, so that it is sent again through the next one. */
  reset(): void {
    this.#heldMessage = '';
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#inFlight = undefined;
  }

  /** Rejects all pending messages. */
  end(reason: string): void {
    this.#pendingSends.fail(reason);
  }

  /** @param retryAfter seconds until the message may be sent again, if it was rate limited */
  #finishSend(clientId: string, retryAfter?: number): void {
    if (clientId !== this.#inFlight) return;
    this.#inFlight = undefined;
    if (retryAfter === undefined) return this.sendNext();
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.sendNext();
    }, retryAfter * 1_000);
  }
}
