/** The public interface of a connection to one room, which reconnects and resumes by itself (docs/embed.md). */

import type { ModerationAct, ModerationEntry } from '../../shared/moderation.ts';
import type { ServerAckFrame } from '../../shared/server-frames.ts';
import { callListener } from './call-listener.ts';
import type { RoomConnectionOptions } from './connection-options.ts';
import type { RoomCredentials } from './credentials.ts';
import { createOutgoingMessage, type Sending } from './outbox.ts';
import { ignoreRejection } from './pending-requests.ts';
import { RoomProtocol } from './room-protocol.ts';
import { initialState, type RoomState } from './room-state.ts';
import { StateStore } from './state-store.ts';

/**
 * Promises reject with `ApiError`: with the status code of the room's `error` frame, or with 0 if there is no connection,
 * it is lost before the reply, or it has ended. You can ignore the promises.
 */
export class RoomConnection {
  readonly #store: StateStore;
  readonly #protocol: RoomProtocol;

  /** Connects at once. */
  constructor(options: RoomConnectionOptions) {
    const { outgoing = [] } = options;
    const unsent = outgoing.filter(({ messageId }) => messageId === undefined);
    this.#store = new StateStore({ ...initialState, outgoing: unsent }, (state) =>
      callListener(options.onState, state),
    );
    this.#protocol = new RoomProtocol(options, this.#store);
  }

  /** The current state. Each change makes a new object. */
  get state(): RoomState {
    return this.#store.state;
  }

  /**
   * Sends a message: now, or as soon as the connection is restored; exactly once, and in order.
   * @param replyTo the id of the message that it replies to
   */
  send(text: string, replyTo?: number): Sending {
    const message = createOutgoingMessage(text, replyTo);
    this.#store.apply({ type: 'queued', message });
    this.#protocol.typing.stop();
    return this.#protocol.enqueue(message.clientId);
  }

  /** Sends a refused message again, under the same id. */
  retry(clientId: string): Sending {
    this.#store.apply({ type: 'retried', clientId });
    return this.#protocol.enqueue(clientId);
  }

  /** Discards a message that was not acknowledged; its `stored` rejects. */
  discard(clientId: string): void {
    this.#store.apply({ type: 'discarded', clientId });
    this.#protocol.discard(clientId);
  }

  /** Replaces the text of a message. */
  edit(messageId: number, text: string): Promise<ServerAckFrame> {
    return this.#protocol.request({ type: 'edit', messageId, text });
  }

  /** Deletes a message and leaves a tombstone. */
  delete(messageId: number): Promise<ServerAckFrame> {
    return this.#protocol.request({ type: 'delete', messageId });
  }

  /** Adds or removes a reaction: in the state at once, and undone there if the room refuses it or the connection is lost. */
  react(messageId: number, emoji: string, on: boolean): Promise<ServerAckFrame> {
    const protocol = this.#protocol;
    const request = protocol.request({ type: 'react', messageId, emoji, on });
    const before = this.#store.state;
    if (protocol.isLive) this.#store.apply({ type: 'reacted', messageId, emoji, on });
    const appliedAtRev = before.messages.find(({ id }) => id === messageId)?.rev;
    const wasApplied = this.#store.state.messages !== before.messages && appliedAtRev !== undefined;
    const result = request.catch((error: unknown) => {
      if (wasApplied) this.#store.apply({ type: 'reacted', messageId, emoji, on: !on, appliedAtRev });
      throw error;
    });
    return ignoreRejection(result);
  }

  /** Performs a moderation action, as a moderator or admin. @returns the entry in the moderation log */
  moderate(act: ModerationAct): Promise<ModerationEntry> {
    return this.#requestEntry({ type: 'moderate', ...act });
  }

  /** Reports a message to the moderators. @returns the entry in the moderation log */
  report(messageId: number, reason?: string): Promise<ModerationEntry> {
    return this.#requestEntry({ type: 'report', messageId, reason });
  }

  /** To be called at each keystroke, and with false when the text is cleared. Frames are sent every few seconds. */
  typing(on: boolean): void {
    const { typing, isLive } = this.#protocol;
    const { state } = this.#store;
    if (!on) typing.stop();
    else if (isLive && state.self) typing.onInput(Date.now());
  }

  /** Marks everything up to a message as read. The marker only moves forward. */
  read(messageId: number): void {
    const { isLive } = this.#protocol;
    const { state } = this.#store;
    if (!isLive || !state.reading || state.reading.messageId >= messageId) return;
    this.#protocol.sendFrame({ type: 'read', messageId });
    this.#store.apply({ type: 'read', messageId });
  }

  /** Uses other credentials from now on. Another `token`, which is another participant, needs a new connection. */
  setCredentials(credentials: Partial<RoomCredentials>): void {
    this.#protocol.setCredentials(credentials);
  }

  /** Loads the page before the first loaded message. */
  loadOlder(): Promise<void> {
    return ignoreRejection(this.#protocol.history.loadOlder());
  }

  /** Loads the page after the last loaded message, after a jump. */
  loadNewer(): Promise<void> {
    return ignoreRejection(this.#protocol.history.loadNewer());
  }

  /** Jumps to a message, unless it is loaded. Rejects with 404 if it is not in the log. */
  jumpTo(messageId: number): Promise<void> {
    return ignoreRejection(this.#protocol.history.jumpTo(messageId));
  }

  /** Returns to the newest messages after a jump. */
  goToNewest(): Promise<void> {
    return ignoreRejection(this.#protocol.history.jumpToNewest());
  }

  /** Drops all but the newest `keep` messages from the state. `loadOlder` loads the dropped ones again. */
  trim(keep: number): void {
    if (this.#store.state.messages.length > keep) this.#store.apply({ type: 'trimmed', keep });
  }

  /** Reconnects at once instead of after the delay. Does nothing if the connection is live or has ended. */
  reconnect(): void {
    this.#protocol.reconnect();
  }

  /** Closes the connection permanently. */
  close(): void {
    this.#protocol.close();
  }

  #requestEntry(frame: object): Promise<ModerationEntry> {
    return ignoreRejection(this.#protocol.request<{ entry: ModerationEntry }>(frame).then(({ entry }) => entry));
  }
}
