/** Somebody who takes part in a room by plain calls, beside those who have a window. */
import type { Message } from '../../shared/message.ts';
import type { ModerationAct } from '../../shared/moderation.ts';
import { callAt } from './rest.ts';

export class Caller {
  readonly #origin: string;
  readonly #path: string;
  readonly #token: string;
  #said = 0;

  /** @param token by which the room knows them */
  constructor(origin: string, link: string, token: string) {
    this.#origin = origin;
    this.#path = `/chat/${link}`;
    this.#token = token;
  }

  async say(text: string, replyTo?: number): Promise<Message> {
    this.#said += 1;
    const clientId = `${this.#said}`;
    return this.#call('POST', '/messages', { name: this.#token, clientId, text, replyTo });
  }

  /** Says one thing after the other. */
  async sayAll(texts: readonly string[]): Promise<Message[]> {
    const messages: Message[] = [];
    for (const text of texts) messages.push(await this.say(text));
    return messages;
  }

  edit(id: number, text: string): Promise<Message> {
    return this.#call('PUT', `/messages/${id}`, { text });
  }

  delete(id: number): Promise<Message> {
    return this.#call('DELETE', `/messages/${id}`, {});
  }

  /** Deletes what somebody else said, as the admin of a room that a test made. */
  deleteAsAdmin(id: number): Promise<Message> {
    return this.#call('DELETE', `/messages/${id}`, { adminToken: 'admin-secret' });
  }

  react(id: number, emoji: string): Promise<Message> {
    return this.#call('PUT', `/messages/${id}/reactions/${encodeURIComponent(emoji)}`, {});
  }

  /** Keeps order, as the admin of a room that a test made. */
  moderate(act: ModerationAct): Promise<unknown> {
    return this.#call('POST', '/moderation', { adminToken: 'admin-secret', ...act });
  }

  async #call<T>(method: string, path: string, body: object): Promise<T> {
    const call = { token: this.#token, ...body };
    const { statusCode, content, error } = await callAt<T>(this.#origin, method, this.#path + path, call);
    if (statusCode >= 400) throw new Error(`${statusCode} ${error}`);
    return content;
  }
}

/** The messages that a room has. */
export async function messagesAt(origin: string, link: string): Promise<Message[]> {
  const { content } = await callAt<{ messages: Message[] }>(origin, 'GET', `/chat/${link}/messages?limit=100`);
  return content.messages;
}
