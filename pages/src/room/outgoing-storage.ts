/** Keeps what waits to be sent on this device, so that a closed window loses none of it. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { roomStorage } from './room-storage.ts';

const byId = (messages: readonly OutgoingMessage[]) => new Map(messages.map((message) => [message.clientId, message]));

export class OutgoingStorage {
  readonly #storageKey: string | undefined;
  #pending = new Map<string, OutgoingMessage>();

  /** @param storageKey whose they are, and in which room */
  constructor(storageKey: string | undefined) {
    this.#storageKey = storageKey;
  }

  /** What an earlier visit could not send. Another window may send it too: the room takes it once. */
  get restored(): OutgoingMessage[] {
    const messages = this.#storageKey === undefined ? [] : roomStorage.outgoing(this.#storageKey);
    this.#pending = byId(messages);
    return messages;
  }

  /** Keeps what waits by now, and what was refused; forgets what was stored or given up. */
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
