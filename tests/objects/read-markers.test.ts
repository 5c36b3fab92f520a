/** Read markers and unread counts over WebSocket and REST. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import { call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter, setClock } from '../support/pool/clock.ts';
import { connect, openRoom } from '../support/pool/sockets.ts';

afterEach(() => vi.useRealTimers());

let posts = 0;
const post = async (link: string, who: string) =>
  (
    await call<Message>('POST', `/chat/${link}/messages`, {
      token: `${who}-token`,
      name: who,
      clientId: `c${++posts}`,
      text: 'x',
    })
  ).content;
const bearer = (who: string) => ({ Authorization: `Bearer ${who}-token` });
const reading = async (link: string, who: string) =>
  (await call<CallContent<'getReading'>>('GET', `/chat/${link}/reading`, undefined, bearer(who))).content;
const readTo = (link: string, who: string, messageId: number) =>
  call<CallContent<'setReading'>>('PUT', `/chat/${link}/reading`, { token: `${who}-token`, messageId });

/** The stored rows of table `marks`. */
const storedMarkers = async (link: string) =>
  runInDurableObject(await roomObject(link), (_, { storage }) => storage.sql.exec('SELECT * FROM marks').toArray());

describe('a read marker', () => {
  it('counts as unread the messages of others that are not deleted', async () => {
    const link = await makeRoom();
    for (const who of ['alice', 'bob', 'alice', 'bob', 'alice']) await post(link, who);
    await call('DELETE', `/chat/${link}/messages/3`, { token: 'alice-token' });
    expect(await reading(link, 'bob')).toEqual({ messageId: 0, unread: 2, marks: [] });
    expect((await readTo(link, 'bob', 2)).content).toEqual({ messageId: 2, unread: 1 });
    expect((await readTo(link, 'bob', 5)).content).toEqual({ messageId: 5, unread: 0 });
    expect((await readTo(link, 'bob', 1)).content).toEqual({ messageId: 5, unread: 0 });
    await post(link, 'alice');
    expect((await (await connect(link)).auth({ token: 'bob-token' })).reading).toEqual({ messageId: 5, unread: 1 });
    expect((await (await connect(link)).auth()).reading).toBeUndefined();
  });

  it('is shared by both transports, and all clients receive it', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(link, 'alice');
    bob.send({ type: 'read', messageId: 1, ref: 'r' });
    expect(await bob.next('reading')).toEqual({ type: 'reading', ref: 'r', messageId: 1, unread: 0 });
    const marker = await alice.next('read');
    expect(marker).toEqual({ type: 'read', id: expect.stringMatching(/^t:/), messageId: 1 });
    const { id } = marker;
    expect((await reading(link, 'alice')).marks).toEqual([{ id, messageId: 1 }]);
    expect((await (await connect(link)).auth()).marks).toEqual([{ id, messageId: 1 }]);
  });

  it('is stored at most every five seconds per participant, and the last one always is', async () => {
    const start = Date.now();
    setClock(start);
    const { link, alice, bob } = await openRoom('alice', 'bob');
    for (let turn = 1; turn <= 6; turn++) await post(link, 'alice');
    for (let turn = 1; turn <= 6; turn++) bob.send({ type: 'read', messageId: turn, ref: turn });
    for (let turn = 1; turn <= 6; turn++) await bob.next('reading');
    expect(await storedMarkers(link)).toMatchObject([{ message_id: 1 }]);
    expect((await reading(link, 'bob')).messageId).toBe(6);
    await runAlarmAfter(link, limits.readState.flushMs);
    expect(await storedMarkers(link)).toMatchObject([{ message_id: 6 }]);
    expect((await alice.next('read')).messageId).toBe(1);
    expect((await alice.next('read')).messageId).toBe(6);
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    expect((await reading(link, 'bob')).messageId).toBe(6);
  });

  it('counts at most a hundred unread messages', async () => {
    const link = await makeRoom();
    for (let turn = 0; turn < limits.readState.unreadCountMax + 5; turn++) await post(link, 'alice');
    expect((await reading(link, 'bob')).unread).toBe(limits.readState.unreadCountMax);
  });

  it.each([
    ['a message that does not exist', { token: 'bob-token', messageId: 9 }, 404],
    ['a fractional message id', { token: 'bob-token', messageId: 0.5 }, 400],
    ['a caller without a token', { messageId: 1 }, 401],
  ])('is refused for %s', async (_, body, status) => {
    const link = await makeRoom();
    await post(link, 'alice');
    expect((await call('PUT', `/chat/${link}/reading`, body)).status).toBe(status);
    expect((await call('GET', `/chat/${link}/reading`)).status).toBe(401);
  });
});
