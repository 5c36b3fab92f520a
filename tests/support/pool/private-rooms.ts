/** Private rooms, and what every call about one is answered with. */
import { exports } from 'cloudflare:workers';
import { type Endpoint, type EndpointName, endpoints } from '../../../shared/endpoints.ts';
import { call, makeRoom, origin } from './calls.ts';

export const joinKey = '合言葉は猫 100%';

/** What nobody may learn without the key. */
export const secrets = ['秘密の題', '秘密の説明', 'himitsu-tag', '秘密の発言', 'ひみつ子'];

/** The headers of a call that shows that key. */
export function showing(key: string): Record<string, string> {
  return { 'X-Join-Key': encodeURIComponent(key) };
}

export const room = { title: secrets[0], about: secrets[1], tag: [secrets[2]] };

/** A private room in which one person has said something. */
export async function makePrivateRoom(content: Record<string, unknown> = { joinKey }): Promise<string> {
  const link = await makeRoom({ ...room, ...content });
  const said = { token: 'inside-token', name: secrets[4], clientId: 'a', text: secrets[3], joinKey };
  const { status } = await call('POST', `/chat/${link}/messages`, said);
  if (status !== 201) throw new Error(`not posted: ${status}`);
  return link;
}

/** What the calls of the table are asked with, where what all are asked with is not enough. */
const examples: Partial<Record<EndpointName, { query?: string; body?: Record<string, unknown> }>> = {
  moderate: { body: { action: 'lock' } },
  searchMessages: { query: '?q=x' },
  setReading: { body: { messageId: 1 } },
};

const everything = { clientId: 'from-outside', text: 'x', action: 'join' };

/** A table's row asked about a room, and the text of what came back. */
export async function ask(
  name: EndpointName,
  link: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const endpoint: Endpoint = endpoints[name];
  const { query = '', body: more = {} } = examples[name] ?? {};
  const parts: Record<string, string> = { link, id: '1', emoji: encodeURIComponent('👍') };
  const path = endpoint.path.replace(/:(\w+)/g, (_, part: string) => parts[part] ?? '1');
  const sent = { ...everything, link, content: { ...room, link }, ...more, ...body };
  const response = await exports.default.fetch(`${origin}${path}${query}`, {
    method: endpoint.method,
    headers,
    ...(endpoint.body && { body: JSON.stringify(sent) }),
  });
  return { status: response.status, text: JSON.stringify([...response.headers]) + (await response.text()) };
}

const names = Object.keys(endpoints) as EndpointName[];

/** Every call that names a room. */
export const callsAboutRooms = names.filter((name) => /:link|\/chat\/(new|update|delete)/.test(endpoints[name].path));

/** Those of them that ask for the key; those that only the admin may make ask for the admin's token instead. */
export const callsAtTheDoor = callsAboutRooms.filter(
  (name) => 'takesJoinKey' in endpoints[name] && !endpoints[name].summary.includes('(admin)'),
);
