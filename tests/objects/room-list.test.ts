/** The room list, and the value of each room in KV. */
import { reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, makeRoom } from '../support/pool/calls.ts';
import { runAlarmAfter } from '../support/pool/clock.ts';
import { joinRoom } from '../support/pool/sockets.ts';
import { alarmOf, schemaOf } from '../support/pool/storage.ts';

interface List {
  chats: RoomView[];
  total: number;
  limit: number;
  offset: number;
}

const list = async (query = '') => (await call<List>('GET', `/chat/list${query}`)).content;
const links = async (query = '') => (await list(query)).chats.map((room) => room.link);

beforeEach(async () => {
  await reset();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the list', () => {
  it('contains a new room from the next call on, and a deleted one no longer', async () => {
    expect(await list()).toEqual({ chats: [], total: 0, limit: 50, offset: 0 });
    const link = await makeRoom({ title: '新しい部屋', about: 'x', tag: ['a', 'b'] });
    const { content: room } = await call<RoomView>('GET', `/chat/${link}`);
    expect(await list()).toEqual({ chats: [room], total: 1, limit: 50, offset: 0 });
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    expect(await list()).toEqual({ chats: [], total: 0, limit: 50, offset: 0 });
  });

  it('contains changes of title and tags from the next call on', async () => {
    const link = await makeRoom({ tag: ['old', 'kept'] });
    await call('PUT', '/chat/update', { token: adminToken, link, content: { title: '改題', tag: ['kept', 'new'] } });
    expect((await list('?tag=kept')).chats).toMatchObject([{ link, title: '改題', tags: ['kept', 'new'] }]);
    expect(await list('?tag=new')).toMatchObject({ total: 1 });
    expect(await list('?tag=old')).toMatchObject({ chats: [], total: 0 });
  });

  it('is sorted newest first, in pages, with the total', async () => {
    const made: string[] = [];
    for (let turn = 0; turn < 5; turn++) {
      made.unshift(await makeRoom());
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(await links()).toEqual(made);
    expect(await links('?limit=2')).toEqual(made.slice(0, 2));
    expect(await list('?limit=2&offset=3')).toMatchObject({ total: 5, limit: 2, offset: 3 });
    expect(await links('?limit=2&offset=3')).toEqual(made.slice(3, 5));
    expect(await links('?offset=5')).toEqual([]);
    expect((await list('?limit=1000')).limit).toBe(100);
  });

  it('sorts rooms of the same millisecond by link', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    try {
      const made = [await makeRoom(), await makeRoom(), await makeRoom()];
      expect(await links()).toEqual(made.sort());
    } finally {
      vi.useRealTimers();
    }
  });

  it('filters by an exact tag', async () => {
    const tagged = await makeRoom({ tag: ['猫', 'Cats'] });
    await makeRoom({ tag: ['犬'] });
    expect(await links(`?tag=${encodeURIComponent('猫')}`)).toEqual([tagged]);
    expect(await links('?tag=Cats')).toEqual([tagged]);
    expect(await links('?tag=cats')).toEqual([]);
    expect(await list('?tag=')).toMatchObject({ total: 2 });
  });

  it('omits unlisted rooms, which remain available by link', async () => {
    const link = await makeRoom({ unlisted: true, tag: ['quiet'] });
    expect(await list()).toMatchObject({ chats: [], total: 0 });
    expect(await list('?tag=quiet')).toMatchObject({ chats: [], total: 0 });
    expect((await call('GET', `/chat/${link}`)).status).toBe(200);
  });

  it('marks the rooms of which the caller is the admin, and all for the operator', async () => {
    const mine = await makeRoom();
    const details = { title: 'x', about: '', tag: [], link: `${mine}-other` };
    await call('POST', '/chat/new', { token: 'another-admin', content: details });
    const administered = async (query: string, headers?: Record<string, string>) => {
      const { content } = await call<List>('GET', `/chat/list${query}`, undefined, headers);
      return content.chats.filter((room) => room.isAdmin).map((room) => room.link);
    };
    expect(await administered('')).toEqual([]);
    expect(await administered(`?token=${adminToken}`)).toEqual([mine]);
    expect(await administered('', { Authorization: `Bearer ${adminToken}` })).toEqual([mine]);
    expect(await administered('', { Authorization: 'Bearer operator-secret' })).toHaveLength(2);
    expect(await administered('?token=operator-secret')).toEqual([]);
  });

  it('contains the participant count within seconds, with one update for several joins', async () => {
    const link = await makeRoom();
    for (const name of ['alice', 'bob', 'carol']) await joinRoom(link, name);
    await runAlarmAfter(link, 8_000);
    expect((await list()).chats).toMatchObject([{ link, participantCount: 3 }]);
    expect(await env.CHATS.get(`chat:${link}`, 'json')).toMatchObject({ participantCount: 3 });
  });

  it.each([['limit=x'], ['limit=0'], ['limit=-1'], ['limit=1.5'], ['offset=x'], ['offset=-1'], ['limit=1&limit=2']])(
    'refuses %s',
    async (query) => {
      const answer = await call<string>('GET', `/chat/list?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.content).toContain(query.slice(0, query.indexOf('=')));
    },
  );
});

describe('the value in KV', () => {
  it('is the public ChatData with metadata for filtering, and no secret', async () => {
    const link = await makeRoom({ title: '題', about: '説明', tag: ['a'] });
    const { content } = await call<RoomView>('GET', `/chat/${link}`);
    const { isAdmin: _, ...info } = content;
    const copy = await vi.waitFor(async () => {
      const { value, metadata } = await env.CHATS.getWithMetadata(`chat:${link}`, 'json');
      expect(value).toEqual(info);
      return { value, metadata };
    }, 15_000);
    expect(copy.metadata).toMatchObject({ createdAt: info.createdAt, tags: ['a'], unlisted: false });
    expect(JSON.stringify(copy)).not.toMatch(/admin-secret|salt|digest/i);
  });

  it('keeps its metadata within the 1,024 bytes that KV allows', async () => {
    const tags = Array.from({ length: 10 }, (_, index) => `${index}${'𠮷'.repeat(31)}`);
    const link = await makeRoom({ tag: tags });
    const { metadata } = await vi.waitFor(async () => {
      const copy = await env.CHATS.getWithMetadata(`chat:${link}`, 'json');
      expect(copy.value).toMatchObject({ tags });
      return copy;
    }, 15_000);
    expect(new TextEncoder().encode(JSON.stringify(metadata)).length).toBeLessThanOrEqual(1_024);
  });

  it('is deleted with the room, which leaves nothing once both replicas are up to date', async () => {
    const link = await makeRoom();
    await vi.waitFor(async () => expect(await env.CHATS.get(`chat:${link}`)).not.toBeNull(), 15_000);
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await runAlarmAfter(link, 3_000);
    expect(await env.CHATS.get(`chat:${link}`)).toBeNull();
    await runAlarmAfter(link, 61_000);
    expect(await schemaOf(link)).toEqual([]);
    expect(await alarmOf(link)).toBeNull();
  });

  it('is not written for a link without a room, nor is any table, row or alarm', async () => {
    await call('GET', '/chat/never-made');
    await call('GET', '/chat/never-made/messages');
    await call('POST', '/chat/never-made/participants', { action: 'join' });
    await call('DELETE', '/chat/delete', { token: 'x', link: 'never-made' });
    expect(await schemaOf('never-made')).toEqual([]);
    expect(await alarmOf('never-made')).toBeNull();
  });
});
