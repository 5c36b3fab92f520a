/** REST calls to a real server. */
import type { Envelope } from '../../shared/envelope.ts';

/** @returns the envelope of the response. @throws if its status code differs from the HTTP status */
export async function callAt<T>(origin: string, method: string, path: string, body?: unknown): Promise<Envelope<T>> {
  const response = await fetch(new URL(path, origin), {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const envelope = (await response.json()) as Envelope<T>;
  if (response.status !== envelope.statusCode) throw new Error(`${response.status} is not ${envelope.statusCode}`);
  return envelope;
}

let made = 0;

/** Creates a room with the admin token `admin-secret`. @returns its link */
export async function makeRoomAt(origin: string): Promise<string> {
  made += 1;
  const link = `room-${made}-${Date.now().toString(36)}`;
  const content = { title: '読書会', about: '月に一冊', tag: ['books'], link };
  const { statusCode } = await callAt(origin, 'POST', '/chat/new', { token: 'admin-secret', content });
  if (statusCode !== 201) throw new Error(`no room: ${statusCode}`);
  return link;
}

let posted = 0;

/** Posts a message; the name of its author is also the token. @returns the id of the message */
export async function postAt(origin: string, link: string, name: string, text: string, more = {}): Promise<number> {
  posted += 1;
  const body = { token: name, name, text, clientId: `posted-${posted}`, ...more };
  const { content, statusCode } = await callAt<{ id: number }>(origin, 'POST', `/chat/${link}/messages`, body);
  if (statusCode !== 201) throw new Error(`not posted: ${statusCode}`);
  return content.id;
}
