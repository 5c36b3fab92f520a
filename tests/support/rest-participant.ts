/** A participant that uses REST calls only, next to those in browser windows. */
import type { Message } from '../../shared/message.ts';
import type { ModerationAct } from '../../shared/moderation.ts';
import { callAt } from './rest.ts';

export class RestParticipant {
  readonly #origin: string;
  readonly #path: string;
  readonly #token: string;
  #sentCount = 0;

  /** @param token the token of the participant, and also the name */
  constructor(origin: string, link: string, token: string) {
    this.#origin = origin;
    this.#path = `/chat/${link}`;
    this.#token = token;
  }

  /** Posts a message. @throws on an error response, as all methods do */
  async send(text: string, replyTo?: number): Promise<Message> {
    this.#sentCount += 1;
    const clientId = `${this.#sentCount}`;
    return this.#call('POST', '/messages', { name: this.#token, clientId, text, replyTo });
  }

  /** Posts messages one after the other. */
  async sendAll(texts: readonly string[]): Promise<Message[]> {
    const messages: Message[] = [];
    for (const text of texts) messages.push(await this.send(text));
    return messages;
  }

  edit(id: number, text: string): Promise<Message> {
    return this.#call('PUT', `/messages/${id}`, { text });
  }

  delete(id: number): Promise<Message> {
    return this.#call('DELETE', `/messages/${id}`, {});
  }

  /** Deletes another participant's message, as the admin of a room that `makeRoomAt` created. */
  deleteAsAdmin(id: number): Promise<Message> {
    return this.#call('DELETE', `/messages/${id}`, { adminToken: 'admin-secret' });
  }

  react(id: number, emoji: string): Promise<Message> {
    return this.#call('PUT', `/messages/${id}/reactions/${encodeURIComponent(emoji)}`, {});
  }

  /** Moderates, as the admin of a room that `makeRoomAt` created. */
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

/** @returns up to 100 of the newest messages of a room */
export async function messagesAt(origin: string, link: string): Promise<Message[]> {
  const { content } = await callAt<{ messages: Message[] }>(origin, 'GET', `/chat/${link}/messages?limit=100`);
  return content.messages;
}
