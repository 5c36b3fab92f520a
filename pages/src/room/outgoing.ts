/** Keeps what waits to be sent on this device, so that a closed window loses none of it. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { kept } from './kept.ts';

const byId = (messages: readonly OutgoingMessage[]) => new Map(messages.map((message) => [message.clientId, message]));

export class Outgoing {
  readonly #box: string | undefined;
  #waiting = new Map<string, OutgoingMessage>();

  /** @param box whose they are, and in which room */
  constructor(box: string | undefined) {
    this.#box = box;
  }

  /** What an earlier visit could not send. Another window may send it too: the room takes it once. */
  get kept(): OutgoingMessage[] {
    const messages = this.#box === undefined ? [] : kept.outgoing(this.#box);
    this.#waiting = byId(messages);
    return messages;
  }

  /** Keeps what waits by now, and what was refused; forgets what was stored or given up. */
  follow(outgoing: readonly OutgoingMessage[]): void {
    const box = this.#box;
    if (box === undefined) return;
    const before = this.#waiting;
    this.#waiting = byId(outgoing.filter(({ messageId }) => messageId === undefined));
    for (const [id, message] of this.#waiting) if (before.get(id) !== message) kept.keepOutgoing(box, message);
    for (const id of before.keys()) if (!this.#waiting.has(id)) kept.forgetOutgoing(box, id);
  }
}
