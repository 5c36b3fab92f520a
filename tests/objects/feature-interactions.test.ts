/** Interactions of moderation, private rooms, retention, erasure, import, search, read markers and expiring tokens. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import { freshAddress, from } from '../support/pool/addresses.ts';
import { adminToken, call, freshLink, makeRoom, origin, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter, runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { secondsFromNow, sign } from '../support/pool/signing.ts';
import { connect, joinRoom, openRoom } from '../support/pool/sockets.ts';
import { tableNames } from '../support/pool/storage.ts';

afterEach(() => {
  vi.useRealTimers();
  env.ROOM_DAYS = '0';
});

const dayMs = 24 * 60 * 60_000;
let posts = 0;
const post = (link: string, who: string, more: Record<string, unknown> = {}, headers = {}) =>
  call<Message>(
    'POST',
    `/chat/${link}/messages`,
    { token: `${who}-token`, clientId: `c${++posts}`, text: 'x', ...more },
    headers,
  );
const moderate = (
  link: string,
  act: Record<string, unknown>,
  by: Record<string, unknown> = { token: 'boss', adminToken },
) => call('POST', `/chat/${link}/moderation`, { ...by, ...act });
const idOf = async (link: string, who: string) => (await post(link, who)).content.author.id;
const log = async (link: string) =>
  (
    await call<CallContent<'getModeration'>>('GET', `/chat/${link}/moderation`, undefined, {
      Authorization: `Bearer ${adminToken}`,
    })
  ).content;

it('a deleted room leaves no row in any table except the outbox', async () => {
  const { link, alice } = await openRoom('alice');
  const target = await idOf(link, 'bob');
  await call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, { token: 'alice-token' });
  await call('PUT', `/chat/${link}/reading`, { token: 'alice-token', messageId: 1 });
  await call('POST', `/chat/${link}/participants`, { action: 'join' });
  await moderate(link, { action: 'slow', seconds: 1 });
  const troll = await connect(link);
  const { participant } = await troll.auth({ token: 'troll-token' });
  await moderate(link, { action: 'ban', target: participant?.id, addresses: true });
  await moderate(link, { action: 'mute', target });
  const rows = async () =>
    runInDurableObject(await roomObject(link), (_, { storage }) => {
      const names = tableNames(storage.sql).filter(
        (name) => !name.startsWith('words_') && !['migrations', 'outbox'].includes(name),
      );
      const counts = names.map((name) => [name, storage.sql.exec(`SELECT 1 FROM ${name}`).toArray().length] as const);
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    });
  expect(Object.keys(await rows()).length).toBeGreaterThan(8);
  env.ROOM_DAYS = '0';
  await call('DELETE', '/chat/delete', { token: adminToken, link });
  expect(await rows()).toEqual({});
  await alice.closed;
});

it('an imported room counts as active, however old it is', async () => {
  const old = Date.now() - 100 * dayMs;
  setClock(old);
  const link = await makeRoom();
  await post(link, 'alice');
  const file = await exports.default.fetch(`${origin}/chat/${link}/export`, {
    headers: { Authorization: `Bearer ${adminToken}` },
  });
  const lines = await file.text();
  setClock(old + 100 * dayMs);
  env.ROOM_DAYS = '30';
  const copy = freshLink();
  const headers = { Authorization: 'Bearer operator-secret' };
  expect(
    (await exports.default.fetch(`${origin}/chat/${copy}/import`, { method: 'POST', headers, body: lines })).status,
  ).toBe(201);
  await runAlarmsUntil(copy, Date.now() + dayMs);
  expect((await call('GET', `/chat/${copy}`)).status).toBe(200);
});

describe('a ban', () => {
  it('is lifted by a promotion and not restored by a demotion', async () => {
    const { link, alice } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await moderate(link, { action: 'ban', target });
    await alice.closed;
    await moderate(link, { action: 'promote', target });
    expect((await (await connect(link)).auth({ token: 'alice-token' })).role).toBe('moderator');
    await moderate(link, { action: 'demote', target });
    expect((await post(link, 'alice')).status).toBe(201);
    expect((await log(link)).standings).toEqual([]);
  });

  it('closes the sockets of a participant whose signed token has expired, too', async () => {
    const link = await makeRoom();
    const socket = await connect(link);
    const token = await sign({ claims: { exp: secondsFromNow(60) } });
    await socket.auth({ token });
    setClock(Date.now() + 61_000);
    socket.send({ type: 'ping', ref: 1 });
    await socket.next('pong');
    await post(link, 'alice', { token: await sign() });
    expect((await moderate(link, { action: 'ban', target: 'u:alice' })).status).toBe(201);
    expect((await socket.closed).code).toBe(4403);
  });

  it('of an address neither shortens nor lifts another ban of that address', async () => {
    const link = await makeRoom();
    const office = freshAddress();
    const start = Date.now();
    setClock(start);
    const ban = async (who: string, seconds?: number) => {
      const socket = await connect(link, from(office));
      const { participant } = await socket.auth({ token: `${who}-token` });
      await moderate(link, { action: 'ban', target: participant?.id, addresses: true, ...(seconds && { seconds }) });
      await socket.closed;
      return participant?.id;
    };
    await post(link, 'bob', {}, from(office));
    await ban('alice');
    const bob = await ban('bob', 60);
    setClock(start + 61_000);
    expect((await post(link, 'new', {}, from(office))).status).toBe(403);
    await moderate(link, { action: 'unban', target: bob });
    expect((await post(link, 'new', {}, from(office))).status).toBe(403);
    const reads = { Authorization: `Bearer ${adminToken}`, ...from(office) };
    expect((await call('GET', `/chat/${link}/moderation`, undefined, reads)).status).toBe(200);
  });

  it('or a mute by a moderator does not apply to an absent admin', async () => {
    const link = await makeRoom();
    const boss = (await post(link, 'boss', { adminToken })).content.author.id;
    await moderate(link, { action: 'promote', target: await idOf(link, 'alice') });
    for (const action of ['ban', 'mute', 'kick']) {
      expect((await moderate(link, { action, target: boss }, { token: 'alice-token' })).status).toBe(403);
    }
  });
});

it('the admin can mute a moderator', async () => {
  const link = await makeRoom();
  const target = await idOf(link, 'alice');
  await moderate(link, { action: 'promote', target });
  await moderate(link, { action: 'mute', target });
  expect((await post(link, 'alice')).status).toBe(403);
  expect((await (await connect(link)).auth({ token: 'alice-token' })).participant).toMatchObject({
    role: 'moderator',
    mutedUntil: Number.MAX_SAFE_INTEGER,
  });
});

it('a promotion that cannot be stored completely has no effect', async () => {
  const link = await makeRoom();
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'alice-token' });
  const target = await idOf(link, 'alice');
  await withFault(link, 'BEFORE UPDATE ON leases', async () => {
    expect((await moderate(link, { action: 'promote', target })).status).toBe(500);
  });
  expect(await log(link)).toMatchObject({ entries: [], standings: [] });
});

it('an admin whose token has expired cannot send auth again in a private room without the key', async () => {
  const link = await makeRoom({ joinKey: 'a secret key' });
  const socket = await connect(link);
  await socket.auth({ token: await sign({ claims: { exp: secondsFromNow(60) } }), adminToken });
  setClock(Date.now() + 61_000);
  socket.send({ type: 'ping', ref: 1 });
  await socket.next('pong');
  socket.send({ type: 'auth', token: await sign({ claims: { exp: secondsFromNow(60) } }) });
  expect((await socket.closed).code).toBe(4403);
});

it('a room with sockets applies its retention during sweeps, without further alarms', async () => {
  const start = Date.now();
  const link = await makeRoom({ keepDays: 1 });
  for (let turn = 0; turn < 20; turn++) {
    setClock(start + turn * 301_000);
    await post(link, 'alice');
  }
  setClock(start + dayMs - 60_000);
  const silent = await joinRoom(link, 'bob');
  await runAlarmsUntil(link, Date.now() + 60_000);
  const begin = Date.now();
  const alarms = (await runAlarmsUntil(link, begin + 60 * 60_000)).filter((at) => at > begin);
  expect(alarms.length).toBeLessThanOrEqual(12);
  expect((await call<CallContent<'listMessages'>>('GET', `/chat/${link}/messages`)).content.floor).toBeGreaterThan(5);
  silent.close();
});

it('erasure removes the name from the moderation log and from the member statuses', async () => {
  const { link } = await openRoom('alice');
  const target = await idOf(link, 'alice');
  await moderate(link, { action: 'mute', target });
  expect(JSON.stringify(await log(link))).toContain('"alice"');
  await call('POST', `/chat/${link}/erasure`, { token: 'alice-token' });
  await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
  expect(JSON.stringify(await log(link))).not.toContain('"alice"');
});

it('unread messages are counted behind any number of tombstones', async () => {
  const link = await makeRoom();
  await post(link, 'alice');
  await post(link, 'bob');
  await runInDurableObject(await roomObject(link), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 1_500)
       INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at, deleted_at)
       SELECT i, i, 't:x', 'x', 'member', 'g' || i, '', '', 1, 1 FROM n`.replace('1_500', '1500'),
    );
    storage.sql.exec('UPDATE log SET rev = 1500');
  });
  await post(link, 'carol');
  const { content } = await call<CallContent<'getReading'>>('GET', `/chat/${link}/reading`, undefined, {
    Authorization: 'Bearer bob-token',
  });
  expect(content.unread).toBeGreaterThan(0);
});

it('a read marker that is not yet stored survives a failed change of another participant', async () => {
  const link = await makeRoom();
  for (let turn = 0; turn < 3; turn++) await post(link, 'alice');
  const read = (messageId: number) => call('PUT', `/chat/${link}/reading`, { token: 'bob-token', messageId });
  await read(1);
  await read(3);
  await withFault(link, 'BEFORE INSERT ON messages', async () => {
    expect((await post(link, 'alice')).status).toBe(500);
  });
  const { content } = await call<CallContent<'getReading'>>('GET', `/chat/${link}/reading`, undefined, {
    Authorization: 'Bearer bob-token',
  });
  expect(content.messageId).toBe(3);
});

it('the same report of a message is logged once', async () => {
  const link = await makeRoom();
  await post(link, 'alice');
  for (let turn = 0; turn < 5; turn++)
    await call('POST', `/chat/${link}/messages/1/report`, { token: 'bob-token', reason: `${turn}` });
  expect((await log(link)).entries).toHaveLength(1);
});

it('slow mode delays no longer than its interval even if the clock is set back', async () => {
  const start = Date.now();
  setClock(start);
  const link = await makeRoom();
  await moderate(link, { action: 'slow', seconds: 10 });
  await post(link, 'alice');
  setClock(start - 60 * 60_000);
  expect((await post(link, 'alice')).headers.get('Retry-After')).toBe('10');
});

it('the number of mentions is limited even if many participants share a name', async () => {
  const link = await makeRoom();
  const people = Array.from({ length: limits.message.mentions + 5 }, (_, place) => `same-${place}`);
  for (const who of people) await post(link, who, { name: 'same' });
  const { content } = await post(link, 'alice', { text: '@same'.repeat(700) });
  expect(content.mentions).toHaveLength(limits.message.mentions);
});

it('a search does not find expired or erased messages', async () => {
  const start = Date.now();
  setClock(start);
  const link = await makeRoom({ keepDays: 1 });
  await post(link, 'alice', { text: 'an old needle' });
  const find = async () =>
    (await call<CallContent<'searchMessages'>>('GET', `/chat/${link}/search?q=needle`)).content.messages;
  expect(await find()).toHaveLength(1);
  setClock(start + 24 * 60 * 60_000);
  await runAlarmAfter(link, 10 * 60_000);
  await post(link, 'bob', { text: 'a new needle' });
  expect((await find()).map(({ text }) => text)).toEqual(['a new needle']);
  expect((await call('POST', `/chat/${link}/erasure`, { token: 'bob-token' })).status).toBe(200);
  expect(await find()).toEqual([]);
  await joinRoom(link, 'reader');
});
