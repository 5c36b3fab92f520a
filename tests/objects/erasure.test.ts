/** Erasure of a participant's own messages and reactions, each with a `rev`, to the end despite evictions and faults. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import type { Message, SearchResults } from '../../shared/message.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { joinRoom } from '../support/pool/sockets.ts';
import { alarmOf } from '../support/pool/storage.ts';

const tokenOf = (who: string) => ({ token: `${who}-token` });

const post = async (link: string, who: string, clientId: string) =>
  (await call<Message>('POST', `/chat/${link}/messages`, { ...tokenOf(who), name: who, clientId, text: clientId }))
    .content;

const react = (link: string, who: string, id: number) =>
  call('PUT', `/chat/${link}/messages/${id}/reactions/${encodeURIComponent('👍')}`, tokenOf(who));

const erase = (link: string, who: string) => call<{ remaining: number }>('POST', `/chat/${link}/erasure`, tokenOf(who));

/** Inserts messages of one author into the log. */
async function fill(link: string, authorId: string, count: number): Promise<void> {
  await runInDurableObject(await roomObject(link), (_, { storage }) => {
    const { rev } = storage.sql.exec<{ rev: number }>('SELECT rev FROM log').one();
    storage.sql.exec(
      `WITH RECURSIVE n (id) AS (SELECT ? UNION ALL SELECT id + 1 FROM n WHERE id < ?)
       INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at)
       SELECT id, id, ?, 'alice', 'member', id, 'x', 'x', ? FROM n`,
      rev + 1,
      rev + count,
      authorId,
      Date.now(),
    );
    storage.sql.exec('UPDATE log SET rev = ?', rev + count);
  });
}

/** The ids of the messages in the search index. */
const indexedIn = async (link: string) =>
  runInDurableObject(await roomObject(link), (_, { storage }) =>
    storage.sql
      .exec<{ id: number }>('SELECT rowid AS id FROM words ORDER BY rowid')
      .toArray()
      .map(({ id }) => id),
  );

afterEach(() => {
  vi.useRealTimers();
});

it('leaves tombstones without the author’s name, removes the reactions, and broadcasts each change with the next rev', async () => {
  const link = await makeRoom();
  const { author } = await post(link, 'alice', 'one');
  await post(link, 'bob', 'two');
  await post(link, 'alice', 'three');
  await post(link, 'bob', 'four');
  for (const [who, id] of [
    ['alice', 2],
    ['bob', 2],
    ['bob', 1],
    ['alice', 1],
  ] as const)
    await react(link, who, id);
  const carol = await joinRoom(link, 'carol');
  expect((await erase(link, 'alice')).envelope).toEqual({ statusCode: 200, content: { remaining: 0 } });
  const live = [await carol.next('message'), await carol.next('message'), await carol.next('message')];
  expect(live.map(({ id, rev }) => [id, rev])).toEqual([
    [1, 9],
    [2, 10],
    [3, 11],
  ]);
  const anonymous = { ...author, name: `guest-${author.id.slice(2, 6)}` };
  const tombstone = { author: anonymous, text: '', deletedBy: 'author', deletedAt: expect.any(Number), reactions: [] };
  for (const evicted of [false, true]) {
    if (evicted) await evictDurableObject(await roomObject(link));
    const [one, two, three, four] = await allMessages(link);
    expect(one).toMatchObject(tombstone);
    expect(two).toMatchObject({ text: 'two', reactions: [{ count: 1 }] });
    expect(JSON.stringify(two)).not.toContain(author.id);
    expect(three).toMatchObject(tombstone);
    expect(four).toMatchObject({ text: 'four', rev: 4 });
  }
});

it('has no effect the second time, and does not affect later messages until it is requested again', async () => {
  const link = await makeRoom();
  await post(link, 'alice', 'one');
  await erase(link, 'alice');
  expect((await erase(link, 'alice')).content).toEqual({ remaining: 0 });
  expect((await allMessages(link)).map(({ rev }) => rev)).toEqual([2]);
  await post(link, 'alice', 'two');
  expect((await allMessages(link)).map(({ text, rev }) => [text, rev])).toEqual([
    ['', 2],
    ['two', 3],
  ]);
  await erase(link, 'alice');
  expect((await allMessages(link)).map(({ rev }) => rev)).toEqual([2, 4]);
});

it('removes the name from an existing tombstone and keeps who deleted it', async () => {
  const link = await makeRoom();
  await post(link, 'alice', 'one');
  await call('DELETE', `/chat/${link}/messages/1`, { token: 'boss', adminToken });
  const [before] = await allMessages(link);
  await erase(link, 'alice');
  const [after] = await allMessages(link);
  expect(after).toMatchObject({ deletedBy: 'moderator', deletedAt: before?.deletedAt, rev: 3 });
  expect(after?.author.name).toMatch(/^guest-/);
});

it('removes the messages from the search and its index', async () => {
  const link = await makeRoom();
  await post(link, 'alice', 'unmistakable');
  await post(link, 'bob', 'unmistakable too');
  await erase(link, 'alice');
  const { content } = await call<SearchResults>('GET', `/chat/${link}/search?q=unmistakable`);
  expect(content.messages.map(({ id }) => id)).toEqual([2]);
  expect(await indexedIn(link)).toEqual([2]);
});

it('a message that is sent again returns its tombstone', async () => {
  const link = await makeRoom();
  await post(link, 'alice', 'one');
  await erase(link, 'alice');
  expect(await post(link, 'alice', 'one')).toMatchObject({ id: 1, text: '', deletedBy: 'author' });
});

it('of many messages continues by alarm in batches, also after evictions, and keeps messages posted in between', async () => {
  setClock(Date.now());
  const link = await makeRoom();
  const { author } = await post(link, 'alice', 'first');
  const batches = 12;
  await fill(link, author.id, batches * limits.jobs.erasureBatch - 1);
  const bob = await joinRoom(link, 'bob');
  expect((await erase(link, 'alice')).content).toEqual({ remaining: (batches - 1) * limits.jobs.erasureBatch });
  await post(link, 'alice', 'meanwhile');
  await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
  await runAlarmsUntil(link, Date.now() + 60_000);
  const messages = await allMessages(link);
  expect(messages.filter(({ deletedAt }) => deletedAt === undefined).map(({ text }) => text)).toEqual(['meanwhile']);
  const revs = messages.map(({ rev }) => rev);
  expect(new Set(revs).size).toBe(messages.length);
  const live: number[] = [];
  while (live.at(-1) !== Math.max(...revs)) live.push((await bob.next('message')).rev);
  const [from = 0] = live;
  expect(live).toEqual(Array.from({ length: live.length }, (_, place) => from + place));
});

it('in a room without an alarm sets one', async () => {
  setClock(Date.now());
  const link = await makeRoom();
  const { author } = await post(link, 'alice', 'one');
  await fill(link, author.id, 2 * limits.jobs.erasureBatch);
  await runAlarmsUntil(link, Date.now() + 60 * 60_000);
  expect(await alarmOf(link)).toBeNull();
  await erase(link, 'alice');
  await expect
    .poll(async () => {
      await runAlarmsUntil(link, Date.now() + 60_000);
      return (await allMessages(link)).filter(({ text }) => text !== '').length;
    })
    .toBe(0);
});

it('a batch that fails has no effect and is done later', async () => {
  setClock(Date.now());
  const link = await makeRoom();
  const { author } = await post(link, 'alice', 'one');
  await fill(link, author.id, limits.jobs.erasureBatch);
  expect((await erase(link, 'alice')).content.remaining).toBe(1);
  await withFault(link, 'AFTER UPDATE ON messages', async () => {
    await runAlarmsUntil(link, Date.now() + 1_000);
    expect((await allMessages(link)).at(-1)).toMatchObject({ text: 'x' });
  });
  await runAlarmsUntil(link, Date.now() + 2 * limits.jobs.retryMs);
  expect((await allMessages(link)).filter(({ text }) => text !== '')).toEqual([]);
});

it('the deletion of the room cancels it for the next room at that link', async () => {
  setClock(Date.now());
  const link = await makeRoom();
  const { author } = await post(link, 'alice', 'one');
  await fill(link, author.id, 2 * limits.jobs.erasureBatch);
  await erase(link, 'alice');
  await call('DELETE', '/chat/delete', { token: adminToken, link });
  const left = await runInDurableObject(await roomObject(link), (_, { storage }) =>
    storage.sql.exec('SELECT * FROM erasing').toArray(),
  );
  expect(left).toEqual([]);
  await call('POST', '/chat/new', { token: adminToken, content: { title: 'x', about: '', tag: [], link } });
  await post(link, 'bob', 'untouched');
  await runAlarmsUntil(link, Date.now() + 60_000);
  expect(await allMessages(link)).toMatchObject([{ text: 'untouched', rev: 1 }]);
});

it('needs a token and an existing room', async () => {
  const link = await makeRoom();
  expect((await call('POST', `/chat/${link}/erasure`, {})).envelope).toMatchObject({
    statusCode: 401,
    error: 'Unauthorized: A credential is required',
  });
  expect((await erase('no-such-room', 'alice')).status).toBe(404);
  const bearer = { Authorization: 'Bearer alice-token' };
  await post(link, 'alice', 'one');
  expect((await call('POST', `/chat/${link}/erasure`, {}, bearer)).content).toEqual({ remaining: 0 });
  expect(await allMessages(link)).toMatchObject([{ text: '' }]);
});
