/** Retention: messages older than `keepDays` are deleted in batches, and clients receive the new `floor`. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { initialState, type RoomState, reduce } from '../../client/room/room-state.ts';
import type { ServerFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import type { Message, MessagePage } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter, runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';

const day = 24 * 60 * 60_000;
const grace = limits.jobs.retentionGraceMs;

const post = async (link: string, clientId: string) =>
  (await call<Message>('POST', `/chat/${link}/messages`, { token: 'alice-token', clientId, text: clientId })).content;

const page = async (link: string) => (await call<MessagePage>('GET', `/chat/${link}/messages`)).content;

const react = (link: string, id: number) =>
  call('PUT', `/chat/${link}/messages/${id}/reactions/${encodeURIComponent('👍')}`, { token: 'bob-token' });

const idsOf = ({ messages }: { messages: Message[] }) => messages.map(({ id }) => id);

const rows = async (link: string, table: string) =>
  runInDurableObject(
    await roomObject(link),
    (_, { storage }) => storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n,
  );

/** Inserts messages that are posted now. */
async function fill(link: string, count: number): Promise<void> {
  await runInDurableObject(await roomObject(link), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ?)
       INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at)
       SELECT id, id, 't:alice', 'alice', 'member', id, 'x', 'x', ? FROM n`,
      count,
      Date.now(),
    );
    storage.sql.exec('UPDATE log SET rev = ?', count);
  });
}

beforeEach(() => {
  setClock(Date.now());
});

afterEach(() => {
  vi.useRealTimers();
});

it('deletes messages that are too old with their reactions, and broadcasts the new floor', async () => {
  const link = await makeRoom({ keepDays: 2 });
  await post(link, 'one');
  await react(link, 1);
  await post(link, 'two');
  setClock(Date.now() + day);
  await post(link, 'three');
  await react(link, 4);
  const before = await page(link);
  expect([idsOf(before), before.rev, before.floor]).toEqual([[1, 3, 4], 5, 1]);
  const alice = await joinRoom(link, 'alice');
  await runAlarmsUntil(link, Date.now() + day - 1);
  expect((await page(link)).floor).toBe(1);
  await runAlarmsUntil(link, Date.now() + 2 * grace);
  expect(await alice.next('room')).toMatchObject({ floor: 4, room: { link, title: '読書会' } });
  for (const evicted of [false, true]) {
    if (evicted) await evictDurableObject(await roomObject(link));
    const after = await page(link);
    expect([idsOf(after), after.rev, after.floor, after.epoch]).toEqual([[4], 5, 4, before.epoch]);
    const ready = await (await connect(link)).auth();
    expect([idsOf(ready), ready.rev, ready.floor]).toEqual([[4], 5, 4]);
  }
  expect(await rows(link, 'reactions')).toBe(1);
  expect(await rows(link, 'words')).toBe(1);
  expect((await call('GET', `/chat/${link}/messages/1`)).status).toBe(404);
  await runAlarmsUntil(link, Date.now() + 2 * day);
  expect(await page(link)).toMatchObject({ messages: [], rev: 5, floor: 6 });
  expect(await post(link, 'four')).toMatchObject({ id: 6, rev: 6 });
});

it('a message sent again returns its id while it exists, and is a new message afterwards', async () => {
  const link = await makeRoom({ keepDays: 1 });
  expect((await post(link, 'again')).id).toBe(1);
  setClock(Date.now() + day - 1);
  expect((await post(link, 'again')).id).toBe(1);
  await runAlarmsUntil(link, Date.now() + grace + 1);
  expect((await post(link, 'again')).id).toBe(2);
});

it('a client that resumes drops the messages below the floor and misses none above', async () => {
  const link = await makeRoom({ keepDays: 1 });
  const apply = (state: RoomState, frame: ServerFrame) => reduce(state, { type: 'frame', frame, at: 0 });
  await post(link, 'one');
  const first = await connect(link);
  const before = apply(initialState, await first.auth({ token: 'bob-token' }));
  first.close();
  setClock(Date.now() + day / 2);
  await post(link, 'two');
  await runAlarmsUntil(link, Date.now() + day / 2 + grace);
  const again = await connect(link);
  const ready = await again.auth({ token: 'bob-token', resume: before.position ?? undefined });
  expect(ready).toMatchObject({ recovered: true, floor: 2 });
  expect(idsOf(apply(before, ready))).toEqual([2]);
});

it('an idle room wakes once for all messages that expire within minutes', async () => {
  const link = await makeRoom({ keepDays: 1 });
  const start = Date.now();
  for (let minute = 0; minute < 5; minute++) {
    setClock(start + minute * 59_000);
    await post(link, `${minute}`);
  }
  await runAlarmsUntil(link, start + day - 1);
  expect(await runAlarmsUntil(link, start + 10 * day)).toEqual([start + day + grace]);
  expect(await allMessages(link)).toEqual([]);
});

it('ten thousand messages are deleted in batches, each with its floor, while the room stays usable', async () => {
  const link = await makeRoom({ keepDays: 1 });
  await fill(link, 10_000);
  const alice = await joinRoom(link, 'alice');
  await runAlarmAfter(link, day + grace);
  const floors = [limits.jobs.retentionBatch + 1];
  expect((await alice.next('room')).floor).toBe(floors[0]);
  const posted = await post(link, 'meanwhile');
  await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
  await runAlarmsUntil(link, Date.now());
  while (floors.length < 20) floors.push((await alice.next('room')).floor);
  expect(floors).toEqual(Array.from({ length: 20 }, (_, batch) => (batch + 1) * limits.jobs.retentionBatch + 1));
  expect(await page(link)).toMatchObject({ messages: [{ id: posted.id }], rev: posted.rev, floor: posted.id });
  expect(await rows(link, 'messages')).toBe(1);
});

it('a batch that fails has no effect and is deleted later', async () => {
  const link = await makeRoom({ keepDays: 1 });
  await post(link, 'one');
  await react(link, 1);
  await withFault(link, 'BEFORE DELETE ON messages', async () => {
    await runAlarmAfter(link, day + grace);
    expect(await page(link)).toMatchObject({ floor: 1, messages: [{ reactions: [{ count: 1 }] }] });
    expect(await rows(link, 'reactions')).toBe(1);
  });
  await runAlarmsUntil(link, Date.now() + 2 * limits.jobs.retryMs);
  expect(await page(link)).toMatchObject({ floor: 3, messages: [] });
});

it('the admin can set, change and remove keepDays at any time, and the room contains it', async () => {
  const link = await makeRoom();
  const change = async (content: object) =>
    (await call<RoomView>('PUT', '/chat/update', { token: adminToken, link, content })).content;
  await post(link, 'old');
  setClock(Date.now() + 5 * day);
  await post(link, 'new');
  await runAlarmsUntil(link, Date.now() + 30 * day);
  setClock(Date.now() + 30 * day);
  expect(await allMessages(link)).toHaveLength(2);
  const { updatedAt } = await change({});
  expect(await change({ keepDays: 33 })).toMatchObject({ keepDays: 33, updatedAt });
  await runAlarmsUntil(link, Date.now() + 60_000);
  expect((await allMessages(link)).map(({ text }) => text)).toEqual(['new']);
  expect(await change({ keepDays: 0 })).not.toHaveProperty('keepDays');
  await runAlarmsUntil(link, Date.now() + 60_000);
  expect(await runAlarmsUntil(link, Date.now() + 100 * day)).toEqual([]);
  expect(await allMessages(link)).toHaveLength(1);
});

it('the time of the last message in the list stays the same', async () => {
  const link = await makeRoom({ keepDays: 1 });
  setClock(Date.now() + 60_000);
  const { createdAt } = await post(link, 'one');
  await runAlarmsUntil(link, Date.now() + 2 * day);
  expect(await allMessages(link)).toEqual([]);
  await (await roomObject(link)).republish(link);
  const { env } = await import('cloudflare:workers');
  const activeAt = await runInDurableObject(
    env.ROOM_DIRECTORY.getByName('rooms'),
    (_, { storage }) => storage.sql.exec('SELECT active_at FROM rooms WHERE link = ?', link).one().active_at,
  );
  expect(activeAt).toBe(createdAt);
});

it.each([
  [-1, 'content.keepDays must be at least 0'],
  [3_651, 'content.keepDays must be at most 3650'],
  [1.5, 'content.keepDays must be a whole number'],
  ['7', 'content.keepDays must be a number'],
])('keepDays %o is refused', async (keepDays, text) => {
  const { envelope } = await call('PUT', '/chat/update', {
    token: adminToken,
    link: await makeRoom(),
    content: { keepDays },
  });
  expect(envelope.error).toBe(`Invalid fields: ${text}`);
});
