/** The cost of a page of the room list among 10,000 rooms, in rows read and milliseconds, for each kind of query. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { it } from 'vitest';
import { type ListRequest, RoomList } from '../objects/room-directory/list.ts';
import { RoomIndex } from '../objects/room-directory/room-index.ts';
import { countRowsRead } from '../tests/support/pool/rows-read.ts';
import { printTable } from './table.ts';

const rooms = 10_000;
const repetitions = 200;
const anonymous = { isOperator: false, token: undefined };

/** Adds rooms: every second has the tag `even`, one in a thousand the tag `rare`, two thirds have participants. */
function fill(sql: SqlStorage): void {
  const roomIndex = new RoomIndex(sql);
  for (let index = 0; index < rooms; index++) {
    const link = `room-${index}`;
    const tags = [...(index % 2 === 0 ? ['even'] : []), ...(index % 1_000 === 0 ? ['rare'] : [])];
    const room = {
      link,
      title: `第${index}会議室です`,
      about: 'A room for measuring',
      tags,
      createdAt: index,
      updatedAt: index,
      participantCount: index % 3,
      posted: 0,
      activeAt: (index * 7_919) % rooms,
      unlisted: false,
      salt: 's',
      adminDigest: '',
    };
    roomIndex.apply({ link, revision: 1, room, behindSince: null }, 1);
  }
}

const requests: [string, Partial<ListRequest>][] = [
  ['newest', {}],
  ['newest of a tag', { tag: 'even' }],
  ['newest of a rare tag', { tag: 'rare' }],
  ['in the middle, by cursor', { after: { sort: 'new', key: -5_000, link: 'room-5000' } }],
  ['in the middle of a tag, by cursor', { tag: 'even', after: { sort: 'new', key: -5_000, link: 'room-5000' } }],
  ['most active', { sort: 'active' }],
  ['most people', { sort: 'popular' }],
  ['among equals, by cursor', { sort: 'popular', after: { sort: 'popular', key: -1, link: 'room-5002' } }],
  ['in the middle, by offset', { offset: 5_000 }],
  ['most people of a tag', { tag: 'even', sort: 'popular' }],
  ['a common word', { q: '会議' }],
  ['a rare word', { q: '第4242会' }],
];

it('list', async () => {
  await runInDurableObject(env.ROOM_DIRECTORY.getByName('bench'), (_, state) => {
    state.storage.transactionSync(() => fill(state.storage.sql));
    const rows = requests.map(([name, request]) => {
      const query = { limit: 50, offset: 0, sort: 'new' as const, ...request };
      const { sql, rowsRead } = countRowsRead(state.storage.sql);
      const page = new RoomList(sql).page(query, anonymous);
      const list = new RoomList(state.storage.sql);
      const start = performance.now();
      for (let turn = 0; turn < repetitions; turn++) list.page(query, anonymous);
      const each = (performance.now() - start) / repetitions;
      return [name, page.chats.length, rowsRead(), each.toFixed(2)];
    });
    printTable(`A page of the list, ${rooms} rooms`, ['page', 'rooms', 'rows read', 'ms'], rows);
  });
});
