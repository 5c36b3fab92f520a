/** Queries of the room list: search, sort orders, cursors, their cost, and the fallback to KV. */
import { reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ListRequest, RoomList } from '../../objects/room-directory/list.ts';
import { RoomIndex } from '../../objects/room-directory/room-index.ts';
import type { DirectoryUpdate, ListedRoom } from '../../objects/room-directory/update.ts';
import { roomKey, roomKeyMetadata } from '../../shared/kv-keys.ts';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, makeRoom } from '../support/pool/calls.ts';
import { runAlarmsUntil } from '../support/pool/clock.ts';
import { countRowsRead } from '../support/pool/rows-read.ts';
import { joinRoom } from '../support/pool/sockets.ts';

interface List {
  chats: RoomView[];
  total: number;
  limit: number;
  offset: number;
  next?: string;
}

const directory = () => env.ROOM_DIRECTORY.getByName('rooms');
const getList = (query: string, headers?: Record<string, string>) =>
  call<List>('GET', `/chat/list?${query}`, undefined, headers);
const titles = async (query: string) => (await getList(query)).content.chats.map((room) => room.title);
const anonymous = { isOperator: false, token: undefined };

beforeEach(async () => {
  await reset();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function room(link: string, changes: Partial<ListedRoom> = {}): ListedRoom {
  const info = { link, title: link, about: '', tags: [], createdAt: 1, updatedAt: 1, participantCount: 0 };
  return { ...info, activeAt: 1, posted: 0, unlisted: false, salt: 's', adminDigest: '', ...changes };
}

/** Adds rooms to the directory and to KV that have no Durable Object. */
async function fill(count = 100): Promise<void> {
  for (let index = 0; index < count; index++) {
    const one = room(`room-${String(index).padStart(4, '0')}`, {
      title: `第${index}会議室です`,
      about: index % 2 === 0 ? 'Even number' : 'odd',
      tags: index % 10 === 0 ? ['ten', 'all'] : ['all'],
      createdAt: 1_000 + Math.floor(index / 3),
      activeAt: 5_000 - index,
      participantCount: index % 7,
      unlisted: index % 25 === 24,
    });
    await directory().apply({ link: one.link, revision: 1, room: one, behindSince: null });
    const { unlisted, activeAt, posted: _, salt: __, adminDigest: ___, ...info } = one;
    const metadata = roomKeyMetadata(info, { revision: 1, unlisted, activeAt });
    await env.CHATS.put(roomKey(one.link), JSON.stringify(info), { metadata });
  }
}

describe('a search', () => {
  it('finds text anywhere in title, about and tags, in any script and case', async () => {
    await makeRoom({ title: '第三会議室です', about: 'Weekly TALKS', tag: ['京都'] });
    await makeRoom({ title: 'Other', about: '', tag: [] });
    await makeRoom({ title: 'ΛΟΓΟΣΟΦΙΑ ΛΟΓΟΣ', about: '', tag: [] });
    for (const q of ['ΛΟΓΟΣ', 'λογος', 'λογοσο']) {
      expect(await titles(`q=${encodeURIComponent(q)}`)).toEqual(['ΛΟΓΟΣΟΦΙΑ ΛΟΓΟΣ']);
    }
    for (const q of ['会議', '会', '議室です', 'talk', 'ＴＡＬＫＳ', '京都', '京', '会 京都 week']) {
      expect(await titles(`q=${encodeURIComponent(q)}`)).toEqual(['第三会議室です']);
    }
    for (const q of ['室会', '会議 大阪', 'talksx', '第会']) {
      expect(await titles(`q=${encodeURIComponent(q)}`)).toEqual([]);
    }
  });

  it('treats quotes, operators and emoji as text', async () => {
    await makeRoom({ title: 'say "hi" AND (wave) 👋 -x:*', about: '', tag: [] });
    for (const q of ['"hi"', 'AND', '(wave)', '👋', '-x:*', '"', '*', 'NEAR(', "'", ';--']) {
      const { status, content } = await getList(`q=${encodeURIComponent(q)}`);
      expect(status).toBe(200);
      expect(content.chats.length).toBe(['NEAR(', "'", ';--'].includes(q) ? 0 : 1);
    }
    expect((await getList(`q=${'x'.repeat(101)}`)).status).toBe(400);
  });

  it('reflects changes and deletions', async () => {
    const link = await makeRoom({ title: 'before' });
    await call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'after' } });
    expect(await titles('q=before')).toEqual([]);
    expect(await titles('q=after')).toEqual(['after']);
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    expect((await getList('q=after')).content).toMatchObject({ chats: [], total: 0 });
  });
});

describe('the sort orders', () => {
  it('are by creation, by last message and by participant count', async () => {
    const links: string[] = [];
    for (const title of ['one', 'two', 'three']) {
      links.push(await makeRoom({ title }));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const [one = '', two = ''] = links;
    await joinRoom(two, 'alice');
    await joinRoom(two, 'bob');
    await joinRoom(one, 'alice');
    await call('POST', `/chat/${one}/messages`, { token: 'alice', clientId: 'a', text: 'x' });
    for (const link of links) await runAlarmsUntil(link, Date.now() + 10_000);
    expect(await titles('')).toEqual(['three', 'two', 'one']);
    expect(await titles('sort=new')).toEqual(['three', 'two', 'one']);
    expect(await titles('sort=active')).toEqual(['one', 'three', 'two']);
    expect(await titles('sort=popular')).toEqual(['two', 'one', 'three']);
    expect((await getList('sort=random')).status).toBe(400);
  });
});

describe('a cursor', () => {
  it.each([
    '',
    'sort=active',
    'sort=popular',
    'tag=all',
    'tag=all&sort=popular',
    'q=会議',
    'q=even&tag=ten&sort=active',
  ])('pages through the whole list once and in order: %s', async (query) => {
    await fill();
    const whole = (await getList(`${query}&limit=100`)).content;
    const walked: string[] = [];
    let next: string | undefined = '';
    do {
      const { content }: { content: List } = await getList(`${query}&limit=7${next && `&after=${next}`}`);
      expect(content.total).toBe(whole.total);
      walked.push(...content.chats.map(({ link }) => link));
      next = content.next;
    } while (next);
    expect(walked).toEqual(whole.chats.map(({ link }) => link));
    expect(walked.length).toBe(whole.total);
    expect(whole.total).toBeGreaterThan(3);
  });

  it.each(['x', 'W10', 'e30', 'bnVsbA', '%00', 'eyJzb3J0IjoibmV3Iiwia2V5IjoieCIsImxpbmsiOiJ4In0'])(
    'that is invalid is refused: %s',
    async (after) => {
      const { status, content } = await call<string>('GET', `/chat/list?after=${after}`);
      expect(status).toBe(400);
      expect(content).toContain('after is not a cursor of this list');
    },
  );
});

describe('a cursor of another sort order', () => {
  it('is refused', async () => {
    await fill(10);
    const { next } = (await getList('sort=popular&limit=2')).content;
    const { status, content } = await call<string>('GET', `/chat/list?after=${next}`);
    expect(status).toBe(400);
    expect(content).toContain('after is not a cursor of this list');
  });
});

describe('without the directory', () => {
  const queries = [
    '',
    'limit=10&offset=5',
    'tag=ten',
    'sort=active',
    'sort=popular&limit=20',
    'tag=all&sort=popular&offset=90',
    'q=会議 第1',
    'q=even&tag=ten',
    'tag=none',
  ];

  it('the list is read from KV, is identical, and names its source', async () => {
    await fill();
    const whole = await Promise.all(queries.map((query) => getList(query)));
    expect(whole.every(({ headers }) => headers.get('X-List-Source') === null)).toBe(true);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({
      list: () => Promise.reject(new Error('down')),
    } as never);
    for (const [index, query] of queries.entries()) {
      const answer = await getList(query);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('X-List-Source')).toBe('kv');
      expect(answer.content).toEqual(whole[index]?.content);
    }
  });

  it('the list marks no room as the caller’s own', async () => {
    await makeRoom();
    await vi.waitFor(async () => expect((await env.CHATS.list()).keys).toHaveLength(1), 15_000);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({
      list: () => Promise.reject(new Error('down')),
    } as never);
    expect((await getList(`token=${adminToken}`)).content.chats).toMatchObject([{ isAdmin: false }]);
  });

  it('tags that are too long for the metadata of the key are read from the value', async () => {
    const tags = Array.from({ length: 10 }, (_, index) => `${index}${'𠮷'.repeat(31)}`);
    const link = await makeRoom({ tag: tags });
    await vi.waitFor(async () => expect(await env.CHATS.get(`chat:${link}`)).not.toBeNull(), 15_000);
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({
      list: () => Promise.reject(new Error('down')),
    } as never);
    expect((await getList(`tag=${encodeURIComponent(tags[3] ?? '')}`)).content.chats).toMatchObject([{ link, tags }]);
  });
});

describe('a directory that lost its storage', () => {
  it('is rebuilt by the operator from the rooms in KV', async () => {
    const made = [
      await makeRoom({ title: 'one' }),
      await makeRoom({ title: 'two' }),
      await makeRoom({ unlisted: true }),
    ];
    await vi.waitFor(async () => expect((await env.CHATS.list()).keys).toHaveLength(3), 15_000);
    await env.CHATS.put('chat:orphan', '{}');
    const before = (await getList(`token=${adminToken}`)).content;
    await runInDurableObject(directory(), (_, state) => {
      for (const table of ['rooms', 'tagged', 'totals', 'words']) state.storage.sql.exec(`DELETE FROM ${table}`);
    });
    expect((await getList('')).content.total).toBe(0);
    const rebuild = (token?: string) => call('POST', '/directory/rebuild', { token });
    expect((await rebuild()).envelope).toMatchObject({ statusCode: 400, error: 'Missing required fields: token' });
    expect((await rebuild(adminToken)).envelope).toMatchObject({
      statusCode: 403,
      error: 'Forbidden: Invalid operator token',
    });
    expect((await rebuild('operator-secret')).content).toEqual({ rebuilt: 3, missing: 1, failed: 0 });
    await vi.waitFor(async () => expect(await env.CHATS.get('chat:orphan')).toBeNull(), 15_000);
    expect((await getList(`token=${adminToken}`)).content).toEqual(before);
    expect(before.chats.every(({ isAdmin }) => isAdmin)).toBe(true);
    expect(made).toHaveLength(3);
  });

  it('is rebuilt in batches', async () => {
    for (let index = 0; index < 130; index++) await env.CHATS.put(`chat:none-${String(index).padStart(3, '0')}`, '{}');
    const rebuild = (after?: string) =>
      call<{ missing: number; next?: string }>('POST', '/directory/rebuild', { token: 'operator-secret', after });
    const first = (await rebuild()).content;
    expect(first).toMatchObject({ missing: 100, next: expect.any(String) });
    expect((await rebuild(first.next)).content).toEqual({ rebuilt: 0, missing: 30, failed: 0 });
  });
});

describe('the cost of a page', () => {
  const rooms = 3_000;

  it('depends on its size and not on the number of rooms', async () => {
    const costs = await runInDurableObject(directory(), (_, state) => {
      const roomIndex = new RoomIndex(state.storage.sql);
      state.storage.transactionSync(() => {
        for (let index = 0; index < rooms; index++) {
          const link = `room-${index}`;
          const tags = index % 2 === 0 ? ['even'] : [];
          const one = room(link, { createdAt: index, activeAt: index, participantCount: 0, tags });
          roomIndex.apply({ link, revision: 1, room: one, behindSince: null }, 1);
        }
      });
      const cost = (changes: Partial<ListRequest>) => {
        const { sql, rowsRead } = countRowsRead(state.storage.sql);
        const page = new RoomList(sql).page({ limit: 50, offset: 0, sort: 'new', ...changes }, anonymous);
        expect(page.chats).toHaveLength(50);
        return rowsRead();
      };
      return {
        first: cost({}),
        firstOfTag: cost({ tag: 'even' }),
        deepByCursor: cost({ after: { sort: 'new', key: -1_500, link: 'room-1500' } }),
        deepByCursorOfTag: cost({ tag: 'even', after: { sort: 'new', key: -1_500, link: 'room-1500' } }),
        deepByCursorAmongEquals: cost({ sort: 'popular', after: { sort: 'popular', key: 0, link: 'room-2' } }),
        active: cost({ sort: 'active' }),
        offset: cost({ offset: 1_000 }),
      };
    });
    const { offset, ...flat } = costs;
    for (const cost of Object.values(flat)) expect(cost).toBeLessThanOrEqual(50 * 2 + 5);
    expect(offset).toBeLessThanOrEqual(1_000 + 50 * 2 + 5);
  });
});

describe('updates of rooms that arrive in any order', () => {
  it('leave the newest of each room in every list and total', async () => {
    const link = fc.constantFrom('a', 'b', 'c', 'd');
    const update = fc.record({
      link,
      revision: fc.integer({ min: 1, max: 12 }),
      deleted: fc.boolean(),
      unlisted: fc.boolean(),
      tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z')),
      createdAt: fc.integer({ min: 1, max: 4 }),
      title: fc.constantFrom('apple', 'pear', 'りんご'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(update, { maxLength: 25 }), async (updates) => {
        const object = env.ROOM_DIRECTORY.getByName(crypto.randomUUID());
        await runInDurableObject(object, (_, state) => {
          const roomIndex = new RoomIndex(state.storage.sql);
          const list = new RoomList(state.storage.sql);
          const newest = new Map<string, DirectoryUpdate>();
          for (const { deleted, ...rest } of updates) {
            const sent = { ...rest, room: deleted ? null : room(rest.link, rest), behindSince: null };
            roomIndex.apply(sent, 1);
            if ((newest.get(sent.link)?.revision ?? 0) < sent.revision) newest.set(sent.link, sent);
          }
          const rooms = [...newest.values()].flatMap((sent) => (sent.room && !sent.room.unlisted ? [sent.room] : []));
          rooms.sort((one, other) => other.createdAt - one.createdAt || (one.link < other.link ? -1 : 1));
          const expected = (wanted: ListedRoom[]) => ({ links: wanted.map((one) => one.link), total: wanted.length });
          const actual = (request: Partial<ListRequest>) => {
            const { chats, total } = list.page({ limit: 100, offset: 0, sort: 'new', ...request }, anonymous);
            return { links: chats.map((one) => one.link), total };
          };
          expect(actual({})).toEqual(expected(rooms));
          for (const tag of ['x', 'y', 'z']) {
            const tagged = rooms.filter((one) => one.tags.includes(tag));
            expect(actual({ tag })).toEqual(expected(tagged));
            const found = tagged.filter((one) => one.title === 'りんご');
            expect(actual({ tag, q: 'りん' })).toEqual(expected(found));
          }
        });
      }),
      { numRuns: 150 },
    );
  });
});
