/** Private rooms, and one call to each endpoint about them. */
import { exports } from 'cloudflare:workers';
import { type Endpoint, type EndpointName, endpoints } from '../../../shared/endpoints.ts';
import { call, makeRoom, origin } from './calls.ts';

export const joinKey = '合言葉は猫 100%';

/** Texts that no caller may read without the key: title, description, tag, message and a participant's name. */
export const secrets = ['秘密の題', '秘密の説明', 'himitsu-tag', '秘密の発言', 'ひみつ子'];

/** The header with that join key. */
export function joinKeyHeader(key: string): Record<string, string> {
  return { 'X-Join-Key': encodeURIComponent(key) };
}

export const privateDetails = { title: secrets[0], about: secrets[1], tag: [secrets[2]] };

/** Creates a private room with one message. @returns its link */
export async function makePrivateRoom(content: Record<string, unknown> = { joinKey }): Promise<string> {
  const link = await makeRoom({ ...privateDetails, ...content });
  const message = { token: 'inside-token', name: secrets[4], clientId: 'a', text: secrets[3], joinKey };
  const { status } = await call('POST', `/chat/${link}/messages`, message);
  if (status !== 201) throw new Error(`not posted: ${status}`);
  return link;
}

/** Queries and fields that an endpoint needs beside `commonFields`. */
const examples: Partial<Record<EndpointName, { query?: string; body?: Record<string, unknown> }>> = {
  moderate: { body: { action: 'lock' } },
  searchMessages: { query: '?q=x' },
  setReading: { body: { messageId: 1 } },
};

const commonFields = { clientId: 'from-outside', text: 'x', action: 'join' };

/** Calls an endpoint about a room. @returns the status, and the headers and body as one text */
export async function callEndpoint(
  name: EndpointName,
  link: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const endpoint: Endpoint = endpoints[name];
  const { query = '', body: more = {} } = examples[name] ?? {};
  const parts: Record<string, string> = { link, id: '1', emoji: encodeURIComponent('👍') };
  const path = endpoint.path.replace(/:(\w+)/g, (_, part: string) => parts[part] ?? '1');
  const sent = { ...commonFields, link, content: { ...privateDetails, link }, ...more, ...body };
  const response = await exports.default.fetch(`${origin}${path}${query}`, {
    method: endpoint.method,
    headers,
    ...(endpoint.body && { body: JSON.stringify(sent) }),
  });
  return { status: response.status, text: JSON.stringify([...response.headers]) + (await response.text()) };
}

const names = Object.keys(endpoints) as EndpointName[];

/** Every endpoint that names a room. */
export const roomEndpoints = names.filter((name) => /:link|\/chat\/(new|update|delete)/.test(endpoints[name].path));

/** Those of them that require the join key. Endpoints for the admin alone require the admin token instead. */
export const joinKeyEndpoints = roomEndpoints.filter(
  (name) => 'takesJoinKey' in endpoints[name] && !endpoints[name].summary.includes('(admin)'),
);
