/** What people do without saying anything, and whom they mention: typing, read marks, unread counts, mentions. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { pass, setClock } from '../support/pool/clock.ts';
import { connect, enter, openRoom } from '../support/pool/sockets.ts';

afterEach(() => vi.useRealTimers());

let posts = 0;
const post = async (link: string, who: string, text = 'x') =>
  (
    await call<Message>('POST', `/chat/${link}/messages`, {
      token: `${who}-token`,
      name: who,
      clientId: `c${++posts}`,
      text,
    })
  ).content;
const bearer = (who: string) => ({ Authorization: `Bearer ${who}-token` });
const reading = async (link: string, who: string) =>
  (await call<CallContent<'getReading'>>('GET', `/chat/${link}/reading`, undefined, bearer(who))).content;
const readTo = (link: string, who: string, messageId: number) =>
  call<CallContent<'setReading'>>('PUT', `/chat/${link}/reading`, { token: `${who}-token`, messageId });

/** How often the marks of a room were written. */
const marksWritten = async (link: string) =>
  runInDurableObject(await roomObject(link), (_, { storage }) => storage.sql.exec('SELECT * FROM marks').toArray());

describe('typing', () => {
  it('is told to everyone, and stored nowhere', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    for (const on of [true, false]) {
      alice.say({ type: 'typing', on });
      expect(await bob.next('typing')).toEqual({
        type: 'typing',
        participant: expect.objectContaining({ name: 'alice' }),
        on,
      });
    }
    const { content } = await call('GET', `/chat/${link}/messages`);
    expect(content).toMatchObject({ messages: [], rev: 0 });
  });

  it.each([
    ['a viewer', {}, 401],
    ['somebody who is muted', { token: 'alice-token' }, 403],
  ])('of %s is not', async (_, auth, statusCode) => {
    const { link } = await openRoom('alice');
    const socket = await connect(link);
    const { participant } = await socket.enter(auth);
    const mute = { token: 'boss', adminToken, action: 'mute', target: participant?.id };
    if (participant) await call('POST', `/chat/${link}/moderation`, mute);
    socket.say({ type: 'typing', on: true, ref: 't' });
    expect(await socket.next('error')).toMatchObject({ ref: 't', statusCode });
  });
});

describe('a read mark', () => {
  it('says how much is unread: the messages of others that are not deleted', async () => {
    const link = await makeRoom();
    for (const who of ['alice', 'bob', 'alice', 'bob', 'alice']) await post(link, who);
    await call('DELETE', `/chat/${link}/messages/3`, { token: 'alice-token' });
    expect(await reading(link, 'bob')).toEqual({ messageId: 0, unread: 2, marks: [] });
    expect((await readTo(link, 'bob', 2)).content).toEqual({ messageId: 2, unread: 1 });
    expect((await readTo(link, 'bob', 5)).content).toEqual({ messageId: 5, unread: 0 });
    expect((await readTo(link, 'bob', 1)).content).toEqual({ messageId: 5, unread: 0 });
    await post(link, 'alice');
    expect((await (await connect(link)).enter({ token: 'bob-token' })).reading).toEqual({ messageId: 5, unread: 1 });
    expect((await (await connect(link)).enter()).reading).toBeUndefined();
  });

  it('is one over both transports, and everyone sees who has read how far', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(link, 'alice');
    bob.say({ type: 'read', messageId: 1, ref: 'r' });
    expect(await bob.next('reading')).toEqual({ type: 'reading', ref: 'r', messageId: 1, unread: 0 });
    const told = await alice.next('read');
    expect(told).toEqual({ type: 'read', id: expect.stringMatching(/^t:/), messageId: 1 });
    const { id } = told;
    expect((await reading(link, 'alice')).marks).toEqual([{ id, messageId: 1 }]);
    expect((await (await connect(link)).enter()).marks).toEqual([{ id, messageId: 1 }]);
  });

  it('is written at most every five seconds a person, and the last one is', async () => {
    const start = Date.now();
    setClock(start);
    const { link, alice, bob } = await openRoom('alice', 'bob');
    for (let turn = 1; turn <= 6; turn++) await post(link, 'alice');
    for (let turn = 1; turn <= 6; turn++) bob.say({ type: 'read', messageId: turn, ref: turn });
    for (let turn = 1; turn <= 6; turn++) await bob.next('reading');
    expect(await marksWritten(link)).toMatchObject([{ message_id: 1 }]);
    expect((await reading(link, 'bob')).messageId).toBe(6);
    await pass(link, limits.readMarkerFlushMs);
    expect(await marksWritten(link)).toMatchObject([{ message_id: 6 }]);
    expect((await alice.next('read')).messageId).toBe(1);
    expect((await alice.next('read')).messageId).toBe(6);
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    expect((await reading(link, 'bob')).messageId).toBe(6);
  });

  it('counts no more than a hundred', async () => {
    const link = await makeRoom();
    for (let turn = 0; turn < limits.unreadCountMax + 5; turn++) await post(link, 'alice');
    expect((await reading(link, 'bob')).unread).toBe(limits.unreadCountMax);
  });

  it.each([
    ['a message that does not exist', { token: 'bob-token', messageId: 9 }, 404],
    ['half a message', { token: 'bob-token', messageId: 0.5 }, 400],
    ['nobody', { messageId: 1 }, 401],
  ])('of %s is refused', async (_, body, status) => {
    const link = await makeRoom();
    await post(link, 'alice');
    expect((await call('PUT', `/chat/${link}/reading`, body)).status).toBe(status);
    expect((await call('GET', `/chat/${link}/reading`)).status).toBe(401);
  });
});

describe('a mention', () => {
  it('is resolved as the message is sent, of those who are here or have lately written, and again as it is edited', async () => {
    const { link, alice } = await openRoom('alice', 'bob');
    await post(link, 'carol');
    const { mentions, id } = await post(link, 'dave', 'hi @bob and @carol, not @erin');
    const known = (await call<CallContent<'listParticipants'>>('GET', `/chat/${link}/participants`)).content
      .participants;
    const bob = known.find(({ name }) => name === 'bob')?.id;
    const carol = (await call<Message>('GET', `/chat/${link}/messages/1`)).content.author.id;
    expect(mentions).toEqual([
      { id: bob, start: 3, length: 4 },
      { id: carol, start: 12, length: 6 },
    ]);
    await alice.next('message');
    expect((await alice.next('message')).mentions).toEqual(mentions);
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    expect((await call<Message>('GET', `/chat/${link}/messages/${id}`)).content.mentions).toEqual(mentions);
    const edited = await call<Message>('PUT', `/chat/${link}/messages/${id}`, {
      token: 'dave-token',
      text: 'only @carol',
    });
    expect(edited.content.mentions).toEqual([{ id: carol, start: 5, length: 6 }]);
    const gone = await call<Message>('DELETE', `/chat/${link}/messages/${id}`, { token: 'dave-token' });
    expect(gone.content).not.toHaveProperty('mentions');
  });
});

it('what is expired or erased is found no more', async () => {
  const start = Date.now();
  setClock(start);
  const link = await makeRoom({ keepDays: 1 });
  await post(link, 'alice', 'an old needle');
  const find = async () =>
    (await call<CallContent<'searchMessages'>>('GET', `/chat/${link}/search?q=needle`)).content.messages;
  expect(await find()).toHaveLength(1);
  setClock(start + 24 * 60 * 60_000);
  await pass(link, 10 * 60_000);
  await post(link, 'bob', 'a new needle');
  expect((await find()).map(({ text }) => text)).toEqual(['a new needle']);
  expect((await call('POST', `/chat/${link}/erasure`, { token: 'bob-token' })).status).toBe(200);
  expect(await find()).toEqual([]);
  await enter(link, 'reader');
});
