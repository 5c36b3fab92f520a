/** REST calls to the Worker, as a browser or curl would send them, inside the Workers runtime. */
import { exports } from 'cloudflare:workers';
import type { Envelope } from '../../../shared/envelope.ts';
import type { MessagePage } from '../../../shared/message.ts';
import type { RoomView } from '../../../shared/room.ts';

export const origin = 'https://chat.example';

/** A response and its envelope. @typeParam T the type of `content`, which is not checked */
export interface Answer<T> {
  status: number;
  headers: Headers;
  envelope: Envelope<T>;
  content: T;
}

/** Sends a request to the Worker and reads the envelope. */
export async function call<T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await exports.default.fetch(`${origin}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body !== undefined && { body: text }),
  });
  const envelope = await response.json<Envelope<T>>();
  return { status: response.status, headers: response.headers, envelope, content: envelope.content };
}

let links = 0;

/** A link that no other test uses. */
export function freshLink(): string {
  links += 1;
  return `room-${links}-${crypto.randomUUID().slice(0, 8)}`;
}

export const adminToken = 'admin-secret';

/** The headers of a call with that token; none without. */
export const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { Authorization: `Bearer ${token}` };

/** Creates a room. @returns its link */
export async function makeRoom(
  content: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const link = freshLink();
  const details = { title: '読書会', about: '月に一冊', tag: ['books'], link, ...content };
  const { status } = await call<RoomView>('POST', '/chat/new', { token: adminToken, content: details }, headers);
  if (status !== 201) throw new Error(`no room: ${status}`);
  return link;
}

/** The stub of the room's Durable Object, as the Worker gets it. */
export async function roomObject(link: string) {
  const { env } = await import('cloudflare:workers');
  return env.CHAT_ROOM.getByName(link);
}

/** The number of participants that a public room reports. */
export async function participantCount(link: string): Promise<number> {
  return (await call<RoomView>('GET', `/chat/${link}`)).content.participantCount;
}

/** Reads every message of a room, oldest first. */
export async function allMessages(link: string): Promise<MessagePage['messages']> {
  const messages: MessagePage['messages'] = [];
  for (let after = 0; ; after = messages.at(-1)?.id ?? 0) {
    const { content } = await call<MessagePage>('GET', `/chat/${link}/messages?after=${after}&limit=100`);
    messages.push(...content.messages);
    if (content.messages.length < 100) return messages;
  }
}
