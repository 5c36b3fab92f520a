/** Import and export on a real server: an import can be repeated after SIGKILL, and the export equals the import. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatArchiveLine } from '../../shared/archive.ts';
import { callAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { waitUntil } from '../support/wait-until.ts';

const messages = 4_000;
const headers = { Authorization: 'Bearer operator-secret' };

let server: Server;
beforeAll(async () => {
  server = await Server.start({ vars: { ADMIN_TOKEN: 'operator-secret' } });
});
afterAll(async () => {
  await server.stop();
});

/** The lines of a room that was exported by another service. */
function archive(): string[] {
  const log = { epoch: 'e'.repeat(24), rev: messages, floor: 1, posted: messages };
  const details = { link: 'old', title: '会議室', about: '', tags: [], unlisted: false, createdAt: 1, updatedAt: 1 };
  const secrets = { salt: 's'.repeat(24), adminDigest: 'd'.repeat(43) };
  const rules = { keepDays: 0, locked: false, slowSeconds: 0, standings: [] };
  const lines = [formatArchiveLine({ type: 'room', version: 1, ...details, ...log, ...secrets, ...rules })];
  for (let id = 1; id <= messages; id++) {
    lines.push(
      formatArchiveLine({
        type: 'message',
        id,
        rev: id,
        author: { id: `t:${String(id % 20).padStart(24, '0')}`, name: '人', role: 'member' },
        clientId: `c-${id}`,
        sentDigest: 'd'.repeat(43),
        text: `第${id}会議室です`,
        createdAt: id,
        reactions: [{ emoji: '👍', participant: 'u:bob' }],
      }),
    );
  }
  return [...lines, formatArchiveLine({ type: 'end', messages, rev: messages })];
}

/** A request body that sends those lines and then neither continues nor ends. */
function stalled(lines: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(lines.join(''))) });
}

it('an import that SIGKILL interrupts succeeds when it is sent again', async () => {
  const lines = archive();
  const send = (body: BodyInit) =>
    fetch(`${server.origin}/chat/new-home/import`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
  const status = async () => (await callAt(server.origin, 'GET', '/chat/new-home')).statusCode;
  const first = send(stalled(lines.slice(0, 2_500))).catch(() => 'cut off');
  await waitUntil(async () => (await status()) === 503);
  await server.kill();
  expect(await first).toBe('cut off');
  await server.boot();
  expect(await status()).toBe(503);
  expect((await send(lines.join(''))).status).toBe(201);
  expect(await status()).toBe(200);
  const exported = await fetch(`${server.origin}/chat/new-home/export`, { headers });
  expect((await exported.text()).split('\n').slice(1).join('\n')).toBe(lines.slice(1).join(''));
  const q = encodeURIComponent('第2999会');
  const { content } = await callAt<{ messages: { id: number }[] }>(
    server.origin,
    'GET',
    `/chat/new-home/search?q=${q}`,
  );
  expect(content.messages.map(({ id }) => id)).toEqual([2_999]);
});
