/** Keeps what waits to be sent on this device, so that a closed window loses none of it. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { kept } from './kept.ts';

const byId = (messages: readonly OutgoingMessage[]) => new Map(messages.map((message) => [message.clientId, message]));

export class Outgoing {
  readonly #link: string;
  #waiting = new Map<string, OutgoingMessage>();

  constructor(link: string) {
    this.#link = link;
  }

  /** What an earlier visit could not send. Another window may send it too: the room takes it once. */
  get kept(): OutgoingMessage[] {
    const messages = kept.outgoing(this.#link);
    this.#waiting = byId(messages);
    return messages;
  }

  /** Keeps what waits by now, and what was refused; forgets what was stored or given up. */
  follow(outgoing: readonly OutgoingMessage[]): void {
    const before = this.#waiting;
    this.#waiting = byId(outgoing.filter(({ messageId }) => messageId === undefined));
    for (const [id, message] of this.#waiting) if (before.get(id) !== message) kept.keepOutgoing(this.#link, message);
    for (const id of before.keys()) if (!this.#waiting.has(id)) kept.forgetOutgoing(this.#link, id);
  }
}
