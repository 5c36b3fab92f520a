/** The copies of a room when things go wrong: the calls answer as ever, and the copies are right again in the end. */
import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import type { Message } from '../../shared/message.ts';
import type { RoomInfo, RoomView } from '../../shared/room.ts';
import { adminToken, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { pass, passAlarms, setClock } from '../support/pool/clock.ts';
import { breaking } from '../support/pool/faults.ts';
import { enter } from '../support/pool/sockets.ts';

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

/** What KV may do instead of what it was asked. */
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
  it('creation, chat and deletion answer as ever, and the copy is right in the end', async () => {
    breakKv(fault);
    const link = freshLink();
    const other = freshLink();
    expect((await create(link)).status).toBe(201);
    expect((await create(other)).status).toBe(201);
    expect((await post(link, 'one')).status).toBe(201);
    expect((await remove(other)).status).toBe(200);
    expect((await listed()).map((room) => room.link)).toEqual([link]);
    // What hangs is given up after five seconds.
    if (_ === 'never answers') await new Promise((resolve) => setTimeout(resolve, 5_200));
    vi.restoreAllMocks();
    await passAlarms(link, Date.now() + 10 * 60_000);
    await passAlarms(other, Date.now() + 10 * 60_000);
    expect(await inKv(link)).toMatchObject({ link, title: '読書会' });
    expect(await inKv(other)).toBeNull();
  });
});

describe.each([
  ['throws', async () => Promise.reject(new Error('the directory is down'))],
  ['never answers', () => new Promise<never>(() => undefined)],
])('when the directory %s', (_, fault) => {
  it('creation, chat and deletion answer as ever, and the list is right in the end', async () => {
    const [link, other] = [freshLink(), freshLink()];
    await create(other);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ apply: fault } as never);
    expect((await create(link)).status).toBe(201);
    expect((await post(link, 'one')).status).toBe(201);
    expect((await remove(other)).status).toBe(200);
    if (_ === 'never answers') await new Promise((resolve) => setTimeout(resolve, 5_200));
    vi.restoreAllMocks();
    await passAlarms(link, Date.now() + 10 * 60_000);
    await passAlarms(other, Date.now() + 10 * 60_000);
    expect((await listed()).map((room) => room.link)).toEqual([link]);
  });
});

describe('a crash that takes the sockets along', () => {
  it('leaves the copies right with the next sweep', async () => {
    const link = await makeRoom();
    for (const name of ['alice', 'bob', 'carol']) await enter(link, name);
    await passAlarms(link, Date.now() + 60_000);
    expect(await listed()).toMatchObject([{ participantCount: 3 }]);
    await evictDurableObject(await roomObject(link), { webSockets: 'close' });
    await passAlarms(link, Date.now() + 10 * 60_000);
    expect(await listed()).toMatchObject([{ participantCount: 0 }]);
    expect(await inKv(link)).toMatchObject({ participantCount: 0 });
  });
});

describe('a job of the alarm that fails', () => {
  it('holds up no other, and is tried again after a pause', async () => {
    const link = await makeRoom();
    await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'alice' });
    await passAlarms(link, Date.now() + 20_000);
    await breaking(link, 'BEFORE DELETE ON leases', async () => {
      await call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'new title' } });
      await pass(link, 100_000);
      expect(await inKv(link)).toMatchObject({ title: 'new title' });
      const alarm = await runInDurableObject(await roomObject(link), (_, { storage }) => storage.getAlarm());
      expect(alarm).toBe(Date.now() + 30_000);
    });
    await passAlarms(link, Date.now() + 60_000);
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(0);
  });
});

describe('what lands late', () => {
  it('in the directory cannot undo what is newer: a deletion, nor a room made again', async () => {
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

  it.each([false, true])('in KV is written over when it can no longer come (made again: %s)', async (again) => {
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
    await pass(link, 3_000);
    await land();
    expect(await inKv(link)).toMatchObject({ title: 'first' });
    await passAlarms(link, Date.now() + 2 * 60_000);
    if (again) expect(await inKv(link)).toMatchObject({ title: 'second' });
    else expect(await inKv(link)).toBeNull();
  });
});

describe('the outbox', () => {
  it('gathers comings and goings: the directory hears of them at most once in five seconds', async () => {
    const link = await makeRoom();
    const room = await roomObject(link);
    await passAlarms(link, Date.now() + 60_000);
    const told: number[] = [];
    const getByName = env.ROOM_DIRECTORY.getByName.bind(env.ROOM_DIRECTORY);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({
      apply: (update: DirectoryUpdate) => {
        told.push(Date.now());
        return getByName('rooms').apply(update);
      },
    } as never);
    const puts = vi.spyOn(env.CHATS, 'put');
    for (let turn = 0; turn < 60; turn++) {
      await call('POST', `/chat/${link}/participants`, { action: turn % 3 === 2 ? 'leave' : 'join' });
      await post(link, `${turn}`);
      setClock(Date.now() + 500);
      const alarm = await runInDurableObject(room, (_, state) => state.storage.getAlarm());
      if (alarm !== null && alarm <= Date.now()) await passAlarms(link, Date.now());
    }
    const gaps = told.slice(1).map((at, index) => at - (told[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(puts.mock.calls.length).toBeLessThanOrEqual(told.length);
    vi.restoreAllMocks();
    await passAlarms(link, Date.now() + 60_000);
    const [row] = await listed();
    expect(row).toEqual((await call<RoomView>('GET', `/chat/${link}`)).content);
  });

  it('leaves a copy that fails to its pauses, however busy the room', async () => {
    const link = await makeRoom();
    await passAlarms(link, Date.now() + 60_000);
    let tries = 0;
    const apply = () => {
      tries += 1;
      return Promise.reject(new Error('down'));
    };
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ apply } as never);
    for (let turn = 0; turn < 300; turn++) {
      await post(link, `${turn}`);
      await passAlarms(link, Date.now() + 2_000);
      setClock(Date.now() + 2_000);
    }
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(16);
  });

  it('of an idle room with 100 silent sockets wakes it at most once in five minutes', async () => {
    const link = await makeRoom();
    await Promise.all(Array.from({ length: 100 }, (_, index) => enter(link, `guest${index}`)));
    await passAlarms(link, Date.now() + 5 * 60_000);
    const start = Date.now();
    const wakes = await passAlarms(link, start + 60 * 60_000);
    expect(wakes.length).toBeLessThanOrEqual(12);
    expect(wakes.length).toBeGreaterThanOrEqual(11);
    const gaps = wakes.slice(1).map((at, index) => at - (wakes[index] ?? 0));
    expect(Math.min(...gaps)).toBe(5 * 60_000);
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(100);
  });
});

describe('fifty creations of one link at once', () => {
  it('make one room', async () => {
    const link = freshLink();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => create(link, `${index}`)));
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
    const title = answers.find((answer) => answer.status === 201)?.content.title;
    expect((await listed()).map((room) => room.title)).toEqual([title]);
  });
});

describe('a socket that stops pinging', () => {
  it('is gone with the next sweep, and one that never pinged stays', async () => {
    const link = await makeRoom();
    const [pinging, silent] = [await enter(link, 'pinging'), await enter(link, 'silent')];
    pinging.say('{"type":"ping"}');
    await pinging.next('pong');
    await passAlarms(link, Date.now() + 9 * 60_000);
    expect((await pinging.closed).code).toBe(1001);
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(1);
    silent.say({ type: 'ping', ref: 1 });
    await silent.next('pong');
  });

  it.each([false, true])('but speaks otherwise stays (evicted between: %s)', async (evicted) => {
    const link = await makeRoom();
    const alice = await enter(link, 'alice');
    alice.say('{"type":"ping"}');
    await alice.next('pong');
    for (let turn = 0; turn < 6; turn++) {
      setClock(Date.now() + 2 * 60_000);
      alice.say({ type: 'ping', ref: turn });
      await alice.next('pong');
      if (evicted) await evictDurableObject(await roomObject(link));
      await passAlarms(link, Date.now());
    }
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(1);
  });
});

describe('anonymous joins from many addresses', () => {
  it('stop at a thousand a room', async () => {
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
  it('do not inflate the count', async () => {
    const link = await makeRoom();
    let refused = 0;
    for (let batch = 0; batch < 50; batch++) {
      const joins = Array.from({ length: 100 }, () => call('POST', `/chat/${link}/participants`, { action: 'join' }));
      refused += (await Promise.all(joins)).filter((answer) => answer.status === 429).length;
    }
    expect(refused).toBe(4_900);
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(100);
  });
});
