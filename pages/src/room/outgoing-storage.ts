/** Stores unsent messages on this device, so that none is lost when the page is closed. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { roomStorage } from './room-storage.ts';

const byId = (messages: readonly OutgoingMessage[]) => new Map(messages.map((message) => [message.clientId, message]));

export class OutgoingStorage {
  readonly #storageKey: string | undefined;
  #pending = new Map<string, OutgoingMessage>();

  /** @param storageKey identifies the room and the participant; without it nothing is stored */
  constructor(storageKey: string | undefined) {
    this.#storageKey = storageKey;
  }

  /**
   * Unsent messages of earlier visits. Another tab may send them too: the room stores each `clientId` once.
   */
  get restored(): OutgoingMessage[] {
    const messages = this.#storageKey === undefined ? [] : roomStorage.outgoing(this.#storageKey);
    this.#pending = byId(messages);
    return messages;
  }

  /** Stores messages that are waiting or failed, and removes those that were sent or discarded. */
  sync(outgoing: readonly OutgoingMessage[]): void {
    const storageKey = this.#storageKey;
    if (storageKey === undefined) return;
    const before = this.#pending;
    this.#pending = byId(outgoing.filter(({ messageId }) => messageId === undefined));
    for (const [id, message] of this.#pending)
      if (before.get(id) !== message) roomStorage.saveOutgoing(storageKey, message);
    for (const id of before.keys()) if (!this.#pending.has(id)) roomStorage.removeOutgoing(storageKey, id);
  }
}
