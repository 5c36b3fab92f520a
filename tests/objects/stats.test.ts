/** Statistics and replication lag in the directory: their values, their cost, and their migration. */
import { reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { migrations as roomSteps } from '../../objects/chat-room/schema.ts';
import { RoomIndex } from '../../objects/room-directory/room-index.ts';
import { migrations as directorySteps } from '../../objects/room-directory/schema.ts';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import { migrate } from '../../objects/storage/migrations.ts';
import { adminToken, call, makeRoom } from '../support/pool/calls.ts';
import { runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { countRowsRead } from '../support/pool/rows-read.ts';
import { joinRoom } from '../support/pool/sockets.ts';

const getByName = env.ROOM_DIRECTORY.getByName.bind(env.ROOM_DIRECTORY);
const directory = () => getByName('rooms');
const readIndex = <T>(read: (rooms: RoomIndex) => T) =>
  runInDurableObject(directory(), (_, { storage }) => read(new RoomIndex(storage.sql)));
const stats = () => readIndex((rooms) => rooms.stats.read());
const behind = () => readIndex((rooms) => rooms.replicationLag());

function post(link: string, clientId: string) {
  return call('POST', `/chat/${link}/messages`, { token: 'alice', clientId, text: clientId });
}

beforeEach(async () => {
  await reset();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('the statistics', () => {
  it('count rooms, participants and messages; messages of deleted rooms stay counted', async () => {
    expect(await stats()).toEqual({ rooms: 0, unlisted: 0, people: 0, posted: 0 });
    const [link, hidden] = [await makeRoom(), await makeRoom({ unlisted: true })];
    await joinRoom(link, 'alice');
    await joinRoom(hidden, 'alice');
    await joinRoom(hidden, 'bob');
    for (const clientId of ['one', 'two', 'one']) await post(link, clientId);
    for (const room of [link, hidden]) await runAlarmsUntil(room, Date.now() + 10_000);
    expect(await stats()).toEqual({ rooms: 2, unlisted: 1, people: 3, posted: 2 });
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    expect(await stats()).toEqual({ rooms: 1, unlisted: 1, people: 2, posted: 2 });
  });
});

describe('a failing replica in KV', () => {
  /** Records the updates that the directory receives, in order. */
  function recordUpdates(): DirectoryUpdate[] {
    const updates: DirectoryUpdate[] = [];
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({
      apply: (update: DirectoryUpdate) => {
        updates.push(update);
        return directory().apply(update);
      },
    } as never);
    return updates;
  }

  it('is recorded in the directory at the first failure and cleared on recovery, with one update each', async () => {
    const link = await makeRoom();
    await runAlarmsUntil(link, Date.now() + 2 * 60_000);
    expect(await behind()).toEqual({ rooms: 0, since: null });
    const updates = recordUpdates();
    vi.spyOn(env.CHATS, 'put').mockRejectedValue(new Error('KV is down'));
    setClock(Date.now() + 5_000);
    const failedAt = Date.now();
    await call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'new title' } });
    await vi.waitFor(() => expect(env.CHATS.put).toHaveBeenCalled(), 15_000);
    await runAlarmsUntil(link, failedAt + 15 * 60_000);
    expect(updates.map(({ behindSince }) => behindSince)).toEqual([null, failedAt]);
    expect(await behind()).toEqual({ rooms: 1, since: failedAt });
    vi.mocked(env.CHATS.put).mockRestore();
    await runAlarmsUntil(link, Date.now() + 15 * 60_000);
    expect(updates.map(({ behindSince }) => behindSince)).toEqual([null, failedAt, null]);
    expect(await behind()).toEqual({ rooms: 0, since: null });
    expect(await env.CHATS.get(`chat:${link}`, 'json')).toMatchObject({ title: 'new title' });
  });

  it('is recorded if a deletion fails', async () => {
    const link = await makeRoom();
    await runAlarmsUntil(link, Date.now() + 2 * 60_000);
    vi.spyOn(env.CHATS, 'delete').mockRejectedValue(new Error('KV is down'));
    setClock(Date.now() + 5_000);
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await vi.waitFor(() => expect(env.CHATS.delete).toHaveBeenCalled(), 15_000);
    await runAlarmsUntil(link, Date.now() + 60_000);
    expect(await behind()).toMatchObject({ rooms: 1 });
    expect(await stats()).toMatchObject({ rooms: 0 });
    vi.restoreAllMocks();
    await runAlarmsUntil(link, Date.now() + 15 * 60_000);
    expect(await behind()).toEqual({ rooms: 0, since: null });
  });
});

describe('the cost of reading the statistics', () => {
  it('depends on the number of lagging rooms only', async () => {
    const rowsRead = await runInDurableObject(directory(), (_, { storage }) => {
      const rooms = new RoomIndex(storage.sql);
      const room = { title: '', about: '', tags: [], createdAt: 1, updatedAt: 1, participantCount: 1, activeAt: 1 };
      const more = { posted: 1, unlisted: false, salt: 's', adminDigest: '' };
      storage.transactionSync(() => {
        for (let index = 0; index < 1_000; index++) {
          const link = `room-${index}`;
          const behindSince = index % 250 === 0 ? 1_000 - index : null;
          rooms.apply({ link, revision: 1, room: { link, ...room, ...more }, behindSince }, 1);
        }
      });
      const counted = countRowsRead(storage.sql);
      const read = new RoomIndex(counted.sql);
      expect(read.stats.read()).toEqual({ rooms: 1_000, unlisted: 0, people: 1_000, posted: 1_000 });
      expect(read.replicationLag()).toEqual({ rooms: 4, since: 250 });
      return counted.rowsRead();
    });
    expect(rowsRead).toBeLessThanOrEqual(1 + 4 + 1);
  });
});

describe('storage older than the statistics', () => {
  it('of the directory is counted by the migration', async () => {
    await runInDurableObject(env.CHAT_ROOM.getByName('old-directory'), (_, { storage }) => {
      migrate(storage, directorySteps.slice(0, 1));
      const insert = (link: string, deletedAt: number | null, unlisted: number, people: number) =>
        storage.sql.exec(
          `INSERT INTO rooms (link, revision, deleted_at, title, about, tags, unlisted, salt, admin_digest, created_at,
             updated_at, active_at, participant_count) VALUES (?, 1, ?, '', '', '[]', ?, 's', '', 1, 1, 1, ?)`,
          link,
          deletedAt,
          unlisted,
          people,
        );
      insert('a', null, 0, 3);
      insert('b', null, 1, 4);
      insert('c', 5, 1, 0);
      migrate(storage, directorySteps);
      const rooms = new RoomIndex(storage.sql);
      expect(rooms.stats.read()).toEqual({ rooms: 2, unlisted: 1, people: 7, posted: 0 });
      expect(rooms.replicationLag()).toEqual({ rooms: 0, since: null });
    });
  });

  it('of a room has its messages counted by the migration', async () => {
    await runInDurableObject(env.CHAT_ROOM.getByName('old-room'), (_, { storage }) => {
      migrate(storage, roomSteps.slice(0, 1));
      storage.sql.exec("INSERT INTO log (id, epoch, rev, floor) VALUES (1, 'e', 9, 1)");
      for (const id of [2, 5, 9]) {
        storage.sql.exec(
          `INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at)
           VALUES (?, ?, 'a', 'a', 'member', ?, '', '', 1)`,
          id,
          id,
          `${id}`,
        );
      }
      migrate(storage, roomSteps);
      expect(storage.sql.exec('SELECT posted FROM log').one()).toEqual({ posted: 3 });
    });
  });
});
