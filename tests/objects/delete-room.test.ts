/** Deleting a room empties every table, whichever tables there are. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';

const settings = env as { ROOM_DAYS: string };

/** Of the schema itself, and of the delivery to the replicas, which must still learn of the deletion. */
const remainingTables = ['migrations', 'outbox'];

/**
 * Tables that hold no row as long as the room exists, with a statement that adds one: an import ends before its room
 * exists, and only the migration of a room from before the search index leaves messages out of it.
 */
const otherwiseEmptyTables: Record<string, string> = {
  imports: "INSERT INTO imports (id, key, room, messages, last_id, rev) VALUES (1, 'key', '{}', 0, 0, 0)",
  unindexed: 'INSERT INTO unindexed (id, below) VALUES (1, 2)',
};

beforeEach(() => {
  settings.ROOM_DAYS = '30';
});

afterEach(() => {
  settings.ROOM_DAYS = '0';
});

/** Number of rows by table; of a virtual table its own, not those of the tables in which SQLite keeps it. */
async function rowCounts(link: string): Promise<Record<string, number>> {
  return runInDurableObject(await roomObject(link), (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string; sql: string }>(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
      )
      .toArray();
    const virtual = tables.filter((table) => /^CREATE VIRTUAL TABLE/i.test(table.sql)).map(({ name }) => name);
    expect(virtual).toEqual(['words']);
    const names = tables
      .map(({ name }) => name)
      .filter((name) => !virtual.some((owner) => name.startsWith(`${owner}_`)))
      .filter((name) => !remainingTables.includes(name));
    return Object.fromEntries(names.map((name) => [name, sql.exec(`SELECT 1 FROM ${name}`).toArray().length]));
  });
}

const post = (link: string, who: string) =>
  call<Message>('POST', `/chat/${link}/messages`, { token: `${who}-token`, clientId: crypto.randomUUID(), text: 'hi' });

const moderate = (link: string, act: Record<string, unknown>) =>
  call('POST', `/chat/${link}/moderation`, { token: 'boss', adminToken, ...act });

/** So many messages of a participant that erasing them takes several seconds. */
async function fillLog(link: string, authorId: string): Promise<void> {
  await runInDurableObject(await roomObject(link), (_, { storage: { sql } }) => {
    const { rev } = sql.exec<{ rev: number }>('SELECT rev FROM log').one();
    const last = rev + 30 * limits.jobs.erasureBatch;
    sql.exec(
      `WITH RECURSIVE n (id) AS (SELECT ? UNION ALL SELECT id + 1 FROM n WHERE id < ?)
       INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at)
       SELECT id, id, ?, 'carol', 'member', id, 'x', 'x', ? FROM n`,
      rev + 1,
      last,
      authorId,
      Date.now(),
    );
    sql.exec('UPDATE log SET rev = ?', last);
  });
}

/** A room with a row in every table. */
async function fullRoom(): Promise<string> {
  const link = await makeRoom();
  const bob = (await post(link, 'bob')).content.author.id;
  const carol = (await post(link, 'carol')).content.author.id;
  await call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, { token: 'alice-token' });
  await call('PUT', `/chat/${link}/reading`, { token: 'alice-token', messageId: 1 });
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'alice-token' });
  await moderate(link, { action: 'slow', seconds: 1 });
  await moderate(link, { action: 'mute', target: bob });
  const troll = await connect(link);
  const { participant } = await troll.auth({ token: 'troll-token' });
  await moderate(link, { action: 'ban', target: participant?.id, addresses: true });
  await troll.closed;
  await runInDurableObject(await roomObject(link), (_, { storage }) => {
    for (const statement of Object.values(otherwiseEmptyTables)) storage.sql.exec(statement);
  });
  await fillLog(link, carol);
  await call('POST', `/chat/${link}/erasure`, { token: 'carol-token' });
  return link;
}

it('leaves no row in any table but those of the schema and of the outbox', async () => {
  const link = await fullRoom();
  const before = await rowCounts(link);
  expect(Object.keys(before)).toEqual(expect.arrayContaining(['details', 'messages', 'words']));
  expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([]);

  expect((await call('DELETE', '/chat/delete', { token: adminToken, link })).status).toBe(200);

  expect(await rowCounts(link)).toEqual(Object.fromEntries(Object.keys(before).map((table) => [table, 0])));
});

it('leaves nothing for another room under the same link', async () => {
  const link = await fullRoom();
  await call('DELETE', '/chat/delete', { token: adminToken, link });
  const content = { title: 'another', about: '', tag: [], link };
  expect((await call('POST', '/chat/new', { token: adminToken, content })).status).toBe(201);
  const alice = await connect(link);
  const ready = await alice.auth({ token: 'alice-token' });
  expect(ready).toMatchObject({ rev: 0, floor: 1, messages: [], marks: [], locked: false, slowSeconds: 0 });
  expect(ready.participants.map(({ id }) => id)).toEqual([ready.participant?.id]);
  const log = await call<CallContent<'getModeration'>>('GET', `/chat/${link}/moderation`, undefined, {
    Authorization: `Bearer ${adminToken}`,
  });
  expect(log.content).toEqual({ entries: [], standings: [], locked: false, slowSeconds: 0 });
  expect((await joinRoom(link, 'troll')).received.map(({ type }) => type)).toContain('ready');
  expect((await post(link, 'bob')).status).toBe(201);
});
