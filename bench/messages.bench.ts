/** The cost of reading a room of 100,000 messages (open, page, search, resume, export), in rows read and milliseconds. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { it } from 'vitest';
import { Archive } from '../objects/chat-room/state/archive.ts';
import { MessageLog } from '../objects/chat-room/state/message-log.ts';
import { Reactions } from '../objects/chat-room/state/reactions.ts';
import { limits } from '../shared/limits.ts';
import { call, makeRoom } from '../tests/support/pool/calls.ts';
import { countRowsRead } from '../tests/support/pool/rows-read.ts';
import { connect } from '../tests/support/pool/sockets.ts';
import { printTable } from './table.ts';

const messages = 100_000;
const repetitions = 50;
const half = messages / 2;

/** Every message contains 会議室です. Each pair of letters in `abcde` is in every second message, but no message has all. */
function textOf(id: number): string {
  if (id === 77) return 'この部屋に一度だけ現れる稀な言葉';
  return `第${id}会議室です ${id % 2 ? 'ab bc' : 'cd de'}`;
}

function fill(sql: SqlStorage): void {
  const log = new MessageLog(sql);
  for (let id = 1; id <= messages; id++) {
    const author = { id: `t:${id % 20}`, name: `person ${id % 20}`, role: 'member' } as const;
    log.append(author, { clientId: `${id}`, text: textOf(id) }, 'salt', id);
  }
}

/** A read of the log. @returns the number of messages */
type LogRead = (log: MessageLog) => number;

const page =
  (request: { before?: number; after?: number; around?: number }): LogRead =>
  (log) =>
    log.history.page({ ...request, limit: limits.page.size }).length;

const search =
  (q: string, before?: number): LogRead =>
  (log) =>
    log.searchIndex.page({ q, before, limit: limits.page.size }).hits.length;

/** Reads all pages of a search, to the beginning of the room. */
const wholeSearch =
  (q: string): LogRead =>
  (log) => {
    let found = 0;
    for (let before: number | undefined = messages + 1; before !== undefined; ) {
      const result = log.searchIndex.page({ q, before, limit: limits.page.size });
      found += result.hits.length;
      before = result.next;
    }
    return found;
  };

const logReads: [string, LogRead][] = [
  ['newest page (ready)', page({})],
  ['page in the middle', page({ before: half })],
  ['first page', page({ after: 0 })],
  ['around a message', page({ around: half })],
  ['resume, 10 missed', (log) => log.history.changedSince(messages - 10)?.length ?? 0],
  ['resume, 500 missed', (log) => log.history.changedSince(messages - 500)?.length ?? 0],
  ['resume, too many missed', (log) => log.history.changedSince(half)?.length ?? 0],
  ['search: commonest character', search('会')],
  ['search: commonest character, in the middle', search('会', half)],
  ['search: rare character', search('稀')],
  ['search: absent character', search('鯨')],
  ['search: common pair', search('会議')],
  ['search: absent pair', search('議会')],
  ['search: common phrase', search('会議室です')],
  ['search: common phrase, in the middle', search('会議室です', half)],
  ['search: rare phrase', search('第42421会')],
  ['search: phrase in the oldest messages', search('一度だけ現れる')],
  ['search: common pairs, never in one message', search('abcde')],
  ['the same, all pages', wholeSearch('abcde')],
  ['search: common pairs, never adjacent', search('abc')],
  ['search: 100 characters', search('第4242会議室です ab bc 第4243'.repeat(5).slice(0, 100))],
];

it('messages', async () => {
  const link = await makeRoom();
  await runInDurableObject(env.CHAT_ROOM.getByName(link), (_, { storage }) => {
    const fillStart = performance.now();
    storage.transactionSync(() => fill(storage.sql));
    const each = ((performance.now() - fillStart) * 1_000) / messages;
    const rows = logReads.map(([name, read]) => {
      const { sql, rowsRead } = countRowsRead(storage.sql);
      const count = read(new MessageLog(sql));
      const log = new MessageLog(storage.sql);
      const start = performance.now();
      for (let turn = 0; turn < repetitions; turn++) read(log);
      return [name, count, rowsRead(), ((performance.now() - start) / repetitions).toFixed(2)];
    });
    printTable(`A room of ${messages} messages`, ['', 'messages', 'rows read', 'ms'], rows);
    const size = (table: string) =>
      storage.sql.exec<{ size: number }>(`SELECT SUM(LENGTH(block)) AS size FROM ${table}`).one().size;
    const index = (size('words_data') / messages).toFixed(0);
    printTable(
      'Writing',
      ['', ''],
      [
        ['µs to append and index a message', each.toFixed(0)],
        ['bytes of index per message', index],
        ['bytes of the room', storage.sql.databaseSize],
      ],
    );
  });
  const timed = async (name: string, work: () => Promise<number>) => {
    const start = performance.now();
    const count = await work();
    return [name, count, (performance.now() - start).toFixed(0)];
  };
  const rows = [
    await timed('opening a socket, until ready', async () => (await (await connect(link)).auth()).messages.length),
    await timed('a search over REST', async () => {
      const { content } = await call<{ messages: unknown[] }>(
        'GET',
        `/chat/${link}/search?q=${encodeURIComponent('会議室')}`,
      );
      return content.messages.length;
    }),
  ];
  printTable('Calls', ['', 'messages', 'ms'], rows);
  await runInDurableObject(env.CHAT_ROOM.getByName(link), (_, { storage }) => {
    const archive = new Archive(storage.sql, new MessageLog(storage.sql), new Reactions(storage.sql));
    const read = () => {
      let count = 0;
      for (let after = 0; ; ) {
        const some = archive.messages(after, messages);
        count += some.length;
        if (some.length === 0) return count;
        after = some.at(-1)?.id ?? after;
      }
    };
    const start = performance.now();
    const count = read();
    printTable(
      'Reading all messages for an export',
      ['', 'messages', 'ms'],
      [['all pages', count, (performance.now() - start).toFixed(0)]],
    );
  });
});
