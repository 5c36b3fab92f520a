/** The replicas of a room in KV and the directory under faults: calls succeed, and the replicas catch up later. */
import { evictDurableObject, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import type { Message } from '../../shared/message.ts';
import type { RoomInfo, RoomView } from '../../shared/room.ts';
import { adminToken, call, freshLink, makeRoom, participantCount, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter, runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { joinRoom } from '../support/pool/sockets.ts';
import { alarmOf } from '../support/pool/storage.ts';

interface List {
  chats: RoomView[];
  total: number;
}

const directory = () => env.ROOM_DIRECTORY.getByName('rooms');
const listed = async () => (await call<List>('GET', '/chat/list')).content.chats;
const inKv = (link: string) => env.CHATS.get<RoomInfo>(`chat:${link}`, 'json');
const remove = (link: string) => call('DELETE', '/chat/delete', { token: adminToken, link });

function create(link: string, title = '読書会') {
  return call<RoomView>('POST', '/chat/new', { token: adminToken, content: { title, about: '', tag: ['a'], link } });
}

function post(link: string, clientId: string) {
  return call<Message>('POST', `/chat/${link}/messages`, { token: 'alice', clientId, text: clientId });
}

beforeEach(async () => {
  await reset();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const kv = { put: env.CHATS.put.bind(env.CHATS), delete: env.CHATS.delete.bind(env.CHATS) };

/** Ways in which KV fails. */
const kvFaults: Record<string, (work: () => Promise<void>) => Promise<void>> = {
  'throws instead of writing': async () => {
    throw new Error('KV is down');
  },
  'throws after writing': async (work) => {
    await work();
    throw new Error('KV is confused');
  },
  'never answers': () => new Promise(() => undefined),
};

function breakKv(fault: (work: () => Promise<void>) => Promise<void>): void {
  vi.spyOn(env.CHATS, 'put').mockImplementation((...put: Parameters<typeof kv.put>) => fault(() => kv.put(...put)));
  vi.spyOn(env.CHATS, 'delete').mockImplementation((key: string) => fault(() => kv.delete(key)));
}

describe.each(Object.entries(kvFaults))('when KV %s', (_, fault) => {
  it('creating, posting and deleting succeed, and the KV replica becomes correct', async () => {
    breakKv(fault);
    const link = freshLink();
    const other = freshLink();
    expect((await create(link)).status).toBe(201);
    expect((await create(other)).status).toBe(201);
    expect((await post(link, 'one')).status).toBe(201);
    expect((await remove(other)).status).toBe(200);
    expect((await listed()).map((room) => room.link)).toEqual([link]);
    // A delivery without an answer is abandoned after five seconds.
    if (_ === 'never answers') await new Promise((resolve) => setTimeout(resolve, 5_200));
    vi.restoreAllMocks();
    await runAlarmsUntil(link, Date.now() + 10 * 60_000);
    await runAlarmsUntil(other, Date.now() + 10 * 60_000);
    expect(await inKv(link)).toMatchObject({ link, title: '読書会' });
    expect(await inKv(other)).toBeNull();
  });
});

describe.each([
  ['throws', async () => Promise.reject(new Error('the directory is down'))],
  ['never answers', () => new Promise<never>(() => undefined)],
])('when the directory %s', (_, fault) => {
  it('creating, posting and deleting succeed, and the list becomes correct', async () => {
    const [link, other] = [freshLink(), freshLink()];
    await create(other);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ apply: fault } as never);
    expect((await create(link)).status).toBe(201);
    expect((await post(link, 'one')).status).toBe(201);
    expect((await remove(other)).status).toBe(200);
    if (_ === 'never answers') await new Promise((resolve) => setTimeout(resolve, 5_200));
    vi.restoreAllMocks();
    await runAlarmsUntil(link, Date.now() + 10 * 60_000);
    await runAlarmsUntil(other, Date.now() + 10 * 60_000);
    expect((await listed()).map((room) => room.link)).toEqual([link]);
  });
});

describe('a crash that closes the sockets', () => {
  it('is corrected in the replicas by the next sweep', async () => {
    const link = await makeRoom();
    for (const name of ['alice', 'bob', 'carol']) await joinRoom(link, name);
    await runAlarmsUntil(link, Date.now() + 60_000);
    expect(await listed()).toMatchObject([{ participantCount: 3 }]);
    await evictDurableObject(await roomObject(link), { webSockets: 'close' });
    await runAlarmsUntil(link, Date.now() + 10 * 60_000);
    expect(await listed()).toMatchObject([{ participantCount: 0 }]);
    expect(await inKv(link)).toMatchObject({ participantCount: 0 });
  });
});

describe('an alarm job that fails', () => {
  it('does not delay the others and is retried after a pause', async () => {
    const link = await makeRoom();
    await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'alice' });
    await runAlarmsUntil(link, Date.now() + 20_000);
    await withFault(link, 'BEFORE DELETE ON leases', async () => {
      await call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'new title' } });
      await runAlarmAfter(link, 100_000);
      expect(await inKv(link)).toMatchObject({ title: 'new title' });
      expect(await alarmOf(link)).toBe(Date.now() + 30_000);
    });
    await runAlarmsUntil(link, Date.now() + 60_000);
    expect(await participantCount(link)).toBe(0);
  });
});

describe('a delivery that is applied late', () => {
  it('does not undo a newer deletion or re-creation in the directory', async () => {
    const link = freshLink();
    const updates = vi.spyOn(env.ROOM_DIRECTORY, 'getByName');
    await create(link, 'first');
    const late = {
      link,
      revision: Date.now(),
      room: {
        ...(await call<RoomView>('GET', `/chat/${link}`)).content,
        activeAt: 1,
        posted: 0,
        unlisted: false,
        salt: 's',
        adminDigest: 'd',
      },
      behindSince: null,
    };
    expect(updates).toHaveBeenCalled();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await remove(link);
    await directory().apply(late);
    expect(await listed()).toEqual([]);
    await create(link, 'second');
    await directory().apply(late);
    await directory().apply({ ...late, room: null });
    expect((await listed()).map((room) => room.title)).toEqual(['second']);
  });

  it.each([false, true])(
    'is overwritten in KV once no late write is possible (room created again: %s)',
    async (again) => {
      const link = freshLink();
      let land: () => Promise<void> = async () => undefined;
      vi.spyOn(env.CHATS, 'put').mockImplementationOnce((...put: Parameters<typeof kv.put>) => {
        land = () => kv.put(...put);
        return Promise.reject(new Error('lost the answer'));
      });
      await create(link, 'first');
      await vi.waitFor(() => expect(env.CHATS.put).toHaveBeenCalled(), 15_000);
      await remove(link);
      if (again) await create(link, 'second');
      await runAlarmAfter(link, 3_000);
      await land();
      expect(await inKv(link)).toMatchObject({ title: 'first' });
      await runAlarmsUntil(link, Date.now() + 2 * 60_000);
      if (again) expect(await inKv(link)).toMatchObject({ title: 'second' });
      else expect(await inKv(link)).toBeNull();
    },
  );
});

describe('the outbox', () => {
  it('batches presence changes: at most one directory update every five seconds', async () => {
    const link = await makeRoom();
    await runAlarmsUntil(link, Date.now() + 60_000);
    const updatedAt: number[] = [];
    const getByName = env.ROOM_DIRECTORY.getByName.bind(env.ROOM_DIRECTORY);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({
      apply: (update: DirectoryUpdate) => {
        updatedAt.push(Date.now());
        return getByName('rooms').apply(update);
      },
    } as never);
    const puts = vi.spyOn(env.CHATS, 'put');
    for (let turn = 0; turn < 60; turn++) {
      await call('POST', `/chat/${link}/participants`, { action: turn % 3 === 2 ? 'leave' : 'join' });
      await post(link, `${turn}`);
      setClock(Date.now() + 500);
      const alarm = await alarmOf(link);
      if (alarm !== null && alarm <= Date.now()) await runAlarmsUntil(link, Date.now());
    }
    const gaps = updatedAt.slice(1).map((at, index) => at - (updatedAt[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
    expect(updatedAt.length).toBeGreaterThanOrEqual(3);
    expect(puts.mock.calls.length).toBeLessThanOrEqual(updatedAt.length);
    vi.restoreAllMocks();
    await runAlarmsUntil(link, Date.now() + 60_000);
    const [row] = await listed();
    expect(row).toEqual((await call<RoomView>('GET', `/chat/${link}`)).content);
  });

  it('retries a failing replica after its pauses only, even in a busy room', async () => {
    const link = await makeRoom();
    await runAlarmsUntil(link, Date.now() + 60_000);
    let tries = 0;
    const apply = () => {
      tries += 1;
      return Promise.reject(new Error('down'));
    };
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ apply } as never);
    for (let turn = 0; turn < 300; turn++) {
      await post(link, `${turn}`);
      await runAlarmsUntil(link, Date.now() + 2_000);
      setClock(Date.now() + 2_000);
    }
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(16);
  });

  it('wakes an idle room with 100 silent sockets at most once in five minutes', async () => {
    const link = await makeRoom();
    await Promise.all(Array.from({ length: 100 }, (_, index) => joinRoom(link, `guest${index}`)));
    await runAlarmsUntil(link, Date.now() + 5 * 60_000);
    const start = Date.now();
    const alarms = await runAlarmsUntil(link, start + 60 * 60_000);
    expect(alarms.length).toBeLessThanOrEqual(12);
    expect(alarms.length).toBeGreaterThanOrEqual(11);
    const gaps = alarms.slice(1).map((at, index) => at - (alarms[index] ?? 0));
    expect(Math.min(...gaps)).toBe(5 * 60_000);
    expect(await participantCount(link)).toBe(100);
  });
});

describe('fifty creations of one link at once', () => {
  it('create one room', async () => {
    const link = freshLink();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => create(link, `${index}`)));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
    const title = answers.find((answer) => answer.status === 201)?.content.title;
    expect((await listed()).map((room) => room.title)).toEqual([title]);
  });
});

describe('a socket that stops pinging', () => {
  it('is closed by the next sweep, and one that never pinged stays open', async () => {
    const link = await makeRoom();
    const [pinging, silent] = [await joinRoom(link, 'pinging'), await joinRoom(link, 'silent')];
    pinging.send('{"type":"ping"}');
    await pinging.next('pong');
    await runAlarmsUntil(link, Date.now() + 9 * 60_000);
    expect((await pinging.closed).code).toBe(1001);
    expect(await participantCount(link)).toBe(1);
    silent.send({ type: 'ping', ref: 1 });
    await silent.next('pong');
  });

  it.each([false, true])('but sends other frames stays open (evicted in between: %s)', async (evicted) => {
    const link = await makeRoom();
    const alice = await joinRoom(link, 'alice');
    alice.send('{"type":"ping"}');
    await alice.next('pong');
    for (let turn = 0; turn < 6; turn++) {
      setClock(Date.now() + 2 * 60_000);
      alice.send({ type: 'ping', ref: turn });
      await alice.next('pong');
      if (evicted) await evictDurableObject(await roomObject(link));
      await runAlarmsUntil(link, Date.now());
    }
    expect(await participantCount(link)).toBe(1);
  });
});

describe('anonymous joins from many addresses', () => {
  it('are limited to a thousand per room', async () => {
    const link = await makeRoom();
    const statuses: number[] = [];
    for (let address = 1; address <= 11; address++) {
      const joins = Array.from({ length: 100 }, () =>
        call('POST', `/chat/${link}/participants`, { action: 'join' }, { 'CF-Connecting-IP': `192.0.2.${address}` }),
      );
      statuses.push(...(await Promise.all(joins)).map((answer) => answer.status));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(1_000);
    expect(statuses.slice(1_000).every((status) => status === 429)).toBe(true);
    const asPerson = { action: 'join', token: 'alice' };
    expect((await call('POST', `/chat/${link}/participants`, asPerson)).content).toEqual({ participantCount: 1_001 });
  });
});

describe('five thousand anonymous joins from one address', () => {
  it('are limited to 100, and so is the count', async () => {
    const link = await makeRoom();
    let refused = 0;
    for (let batch = 0; batch < 50; batch++) {
      const joins = Array.from({ length: 100 }, () => call('POST', `/chat/${link}/participants`, { action: 'join' }));
      refused += (await Promise.all(joins)).filter((answer) => answer.status === 429).length;
    }
    expect(refused).toBe(4_900);
    expect(await participantCount(link)).toBe(100);
  });
});
