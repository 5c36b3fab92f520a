/** Keeps what waits to be sent on this device, so that a closed window loses none of it. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { kept } from './kept.ts';

export class Outgoing {
  readonly #link: string;
  #waiting = new Set<string>();

  constructor(link: string) {
    this.#link = link;
  }

  /** What an earlier visit could not send. Another window may send it too: the room takes it once. */
  get kept(): OutgoingMessage[] {
    const messages = kept.outgoing(this.#link);
    this.#waiting = new Set(messages.map(({ clientId }) => clientId));
    return messages;
  }

  /** Keeps what waits by now, and forgets what does no longer. */
  follow(outgoing: readonly OutgoingMessage[]): void {
    const waiting = outgoing.filter(({ messageId }) => messageId === undefined);
    const ids = new Set(waiting.map(({ clientId }) => clientId));
    for (const message of waiting) if (!this.#waiting.has(message.clientId)) kept.keepOutgoing(this.#link, message);
    for (const clientId of this.#waiting) if (!ids.has(clientId)) kept.forgetOutgoing(this.#link, clientId);
    this.#waiting = ids;
  }
}
