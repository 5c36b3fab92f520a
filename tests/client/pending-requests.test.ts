/** Messages, requests, reactions and pages of a connection, and their replies: acknowledged, refused, lost. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoomState } from '../../client/index.ts';
import { closeConnections, live, settle, socketNumber, useFakeTimers } from './fake-socket.ts';
import { message, ready } from './frames.ts';

beforeEach(useFakeTimers);
afterEach(closeConnections);

const refusedWith = (statusCode: number) => expect.objectContaining({ name: 'ApiError', statusCode });

describe('a sent message', () => {
  it('is stored once the room has acknowledged it', async () => {
    const { connection, socket } = await live();
    const { clientId, stored } = connection.send('Hello', 3);
    expect(socket.lastSent('send')).toMatchObject({ clientId, text: 'Hello', replyTo: 3 });
    socket.acknowledge('send', 7);
    expect(await stored).toMatchObject({ clientId, messageId: 7, duplicate: false });
  });

  it('rejects if it is refused, but not if it is rate limited', async () => {
    const { connection, socket } = await live();
    const { clientId, stored } = connection.send('Hello');
    socket.refuse('send', 429, 1);
    await settle(1_100);
    expect(socket.sentOf('send')).toHaveLength(2);
    socket.refuse('send', 403);
    await expect(stored).rejects.toEqual(refusedWith(403));
    const again = connection.retry(clientId);
    expect(again.clientId).toBe(clientId);
    socket.acknowledge('send', 1);
    expect(await again.stored).toMatchObject({ messageId: 1 });
  });

  it('waits while the connection is lost', async () => {
    const { connection, socket } = await live();
    const { stored } = connection.send('Hello');
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    next.receive(ready({ recovered: true }));
    next.acknowledge('send', 1);
    expect(await stored).toMatchObject({ messageId: 1 });
  });

  it('rejects once it is discarded or the connection has ended', async () => {
    const { connection, state, socket } = await live();
    const [first, second] = [connection.send('one'), connection.send('two')];
    connection.discard(second.clientId);
    await expect(second.stored).rejects.toEqual(refusedWith(0));
    await expect(connection.retry(second.clientId).stored).rejects.toEqual(refusedWith(0));
    socket.closeWith(4410, 'Chat deleted');
    await expect(first.stored).rejects.toThrow('Chat deleted');
    const third = connection.send('three');
    await expect(third.stored).rejects.toEqual(refusedWith(0));
    expect(state().outgoing.map(({ text }) => text)).toEqual(['one', 'three']);
  });

  it('is refused by the client if its frame would make the room close the socket, and the next is sent', async () => {
    const { connection, state, socket } = await live();
    const tooLarge = connection.send('漢'.repeat(11_000));
    connection.send('two');
    await expect(tooLarge.stored).rejects.toEqual(refusedWith(413));
    expect(socket.sentOf('send').map(({ text }) => text)).toEqual(['two']);
    expect(state().outgoing[0]).toMatchObject({ failure: { statusCode: 413 } });
    await expect(connection.edit(1, 'x'.repeat(40_000))).rejects.toEqual(refusedWith(413));
  });

  it('has to wait in slow mode until the time in the state', async () => {
    const { connection, state, socket } = await live({}, { slowSeconds: 30 });
    const before = Date.now();
    connection.send('one');
    socket.acknowledge('send', 1);
    expect(state().waitUntil).toBe(before + 30_000);
    connection.send('two');
    await settle();
    socket.refuse('send', 429, 12);
    expect(state().waitUntil).toBe(Date.now() + 12_000);
    expect(state().outgoing.map(({ failure }) => failure)).toEqual([undefined, undefined]);
    expect(socket.sentOf('send')).toHaveLength(2);
    await settle(12_000);
    expect(socket.sentOf('send')).toHaveLength(3);
  });
});

describe('a request', () => {
  it('is answered by the frame with its ref, in any order', async () => {
    const { connection, socket } = await live();
    const [edited, deleted] = [connection.edit(1, 'a'), connection.delete(2)];
    socket.acknowledge('delete', 9, 2);
    socket.acknowledge('edit', 8, 1);
    expect([(await edited).rev, (await deleted).rev]).toEqual([8, 9]);
    const entry = { id: 1, at: 2, action: 'lock', by: { id: 't:x', name: 'x' } } as const;
    const locked = connection.moderate({ action: 'lock' });
    const reported = connection.report(3, 'spam');
    socket.receive({ type: 'moderation', ref: socket.lastSent('moderate').ref, entry });
    socket.refuse('report', 404);
    expect(await locked).toEqual(entry);
    await expect(reported).rejects.toEqual(refusedWith(404));
  });

  it('rejects with the time of the next attempt', async () => {
    const { connection, socket } = await live();
    const edited = connection.edit(1, 'a');
    socket.refuse('edit', 429, 3);
    await expect(edited).rejects.toMatchObject({ statusCode: 429, retryAfter: 3 });
  });

  it('rejects when the connection is lost, and without one', async () => {
    const { connection, socket } = await live();
    const requests = [connection.edit(1, 'a'), connection.jumpTo(5), connection.react(1, '👍', true)];
    socket.breakConnection();
    for (const one of requests) await expect(one).rejects.toEqual(refusedWith(0));
    await expect(connection.delete(1)).rejects.toEqual(refusedWith(0));
  });

  it('can be ignored without an unhandled rejection', async () => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    const { connection, socket } = await live();
    connection.send('one');
    void connection.edit(1, 'a');
    void connection.react(1, '👍', true);
    void connection.moderate({ action: 'lock' });
    void connection.report(1);
    void connection.jumpTo(7);
    socket.breakConnection();
    await settle();
    connection.close();
    closeConnections();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onRejection);
    expect(rejections).toEqual([]);
  });
});

describe('a reaction', () => {
  const one = (rev: number, ...participants: string[]) => {
    const reactions = participants.length ? [{ emoji: '👍', count: participants.length, participants }] : [];
    return message(1, { rev, reactions });
  };
  const start = () => live({}, { rev: 1, messages: [one(1)] });

  it('is applied at once, and stays when the room has stored it', async () => {
    const { connection, state, socket } = await start();
    const added = connection.react(1, '👍', true);
    expect(state().messages[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
    socket.acknowledge('react', 2, 1);
    socket.receive({ type: 'message', ...one(2, 't:abcdef') });
    await added;
    expect(state().messages[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
  });

  it('is undone when it is refused or the connection is lost', async () => {
    const { connection, state, socket } = await start();
    const refused = connection.react(1, '👍', true);
    socket.refuse('react', 403);
    await expect(refused).rejects.toEqual(refusedWith(403));
    expect(state().messages[0]?.reactions).toEqual([]);
    const lost = connection.react(1, '👍', true);
    socket.breakConnection();
    await expect(lost).rejects.toEqual(refusedWith(0));
    expect(state().messages[0]?.reactions).toEqual([]);
  });

  it('that was there before stays when a second one is refused', async () => {
    const { connection, state, socket } = await start();
    void connection.react(1, '👍', true);
    socket.acknowledge('react', 2, 1);
    socket.receive({ type: 'message', ...one(2, 't:abcdef') });
    const again = connection.react(1, '👍', true);
    socket.refuse('react', 429, 1);
    await expect(again).rejects.toEqual(refusedWith(429));
    expect(state().messages[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
  });

  it('that is added and removed quickly is gone in the end', async () => {
    const { connection, state, socket } = await start();
    void connection.react(1, '👍', true);
    socket.acknowledge('react', 2, 1);
    void connection.react(1, '👍', false);
    socket.receive({ type: 'message', ...one(2, 't:abcdef') });
    socket.acknowledge('react', 3, 1);
    socket.receive({ type: 'message', ...one(3) });
    expect(state().messages[0]?.reactions).toEqual([]);
  });
});

describe('pages of the log', () => {
  const from = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, place) => message(first + place));
  const start = () => live({}, { rev: 100, messages: from(91, 100) });
  const answer = (socket: Awaited<ReturnType<typeof live>>['socket'], first: number, last: number) =>
    socket.receive({
      type: 'history',
      ref: socket.lastSent('history').ref,
      messages: from(first, last),
      epoch: 'one',
      rev: 100,
      floor: 1,
    });
  const ends = ({ messages }: { messages: readonly { id: number }[] }) => [messages[0]?.id, messages.at(-1)?.id];

  it('are requested one at a time, and the next as soon as one has arrived', async () => {
    const onState = ({ messages }: RoomState) => {
      if (messages[0]?.id === 81) void connection.loadOlder();
    };
    const { connection, state, socket } = await live({ onState }, { rev: 100, messages: from(91, 100) });
    const loaded = connection.loadOlder();
    void connection.loadOlder();
    expect(socket.sentOf('history')).toMatchObject([{ before: 91 }]);
    answer(socket, 81, 90);
    await loaded;
    expect(ends(state())).toEqual([81, 100]);
    expect(socket.sentOf('history')).toMatchObject([{ before: 91 }, { before: 81 }]);
  });

  it('around a message are a jump, which the newest page ends', async () => {
    const { connection, state, socket } = await start();
    const jumped = connection.jumpTo(5);
    expect(socket.lastSent('history')).toMatchObject({ around: 5 });
    answer(socket, 1, 10);
    await jumped;
    expect(state()).toMatchObject({ hasNewer: true, newestId: 100 });
    await connection.jumpTo(6);
    const further = connection.loadNewer();
    expect(socket.lastSent('history')).toMatchObject({ after: 10 });
    answer(socket, 11, 20);
    await further;
    expect(ends(state())).toEqual([1, 20]);
    const back = connection.goToNewest();
    answer(socket, 91, 100);
    await back;
    expect(ends(state())).toEqual([91, 100]);
    expect(state().hasNewer).toBe(false);
    expect(socket.sentOf('history')).toHaveLength(3);
  });

  it('of several jumps are all answered, and the last one counts', async () => {
    const { connection, state, socket } = await start();
    const [first, second, newest] = [connection.jumpTo(5), connection.jumpTo(50), connection.goToNewest()];
    const again = connection.goToNewest();
    expect(new Set(socket.sentOf('history').map(({ ref }) => ref)).size).toBe(3);
    expect(socket.sentOf('history')).toHaveLength(3);
    const spans = [from(1, 10), from(45, 55), from(91, 100)];
    for (const [at, { ref }] of socket.sentOf('history').entries()) {
      const messages = spans[at] ?? [];
      socket.receive({ type: 'history', ref: String(ref), messages, epoch: 'one', rev: 100, floor: 1 });
    }
    await Promise.all([first, second, newest, again]);
    expect(ends(state())).toEqual([91, 100]);
  });

  it('around a message that is not in the log are refused', async () => {
    const { connection, socket } = await start();
    const jumped = connection.jumpTo(5);
    socket.refuse('history', 404);
    await expect(jumped).rejects.toEqual(refusedWith(404));
  });

  it('that arrive after trimming make no gap', async () => {
    const { connection, state, socket } = await start();
    void connection.loadOlder();
    connection.trim(4);
    answer(socket, 81, 90);
    expect(ends(state())).toEqual([97, 100]);
    void connection.loadOlder();
    expect(socket.lastSent('history')).toMatchObject({ before: 97 });
  });

  it('of the newest messages are requested once when a message is sent after a jump, and not after a token refresh', async () => {
    const { connection, state, socket } = await start();
    void connection.jumpTo(5);
    answer(socket, 1, 10);
    connection.send('one');
    connection.send('two');
    expect(socket.sent.slice(-2)).toMatchObject([{ ref: 'newest-2' }, { type: 'send', text: 'one' }]);
    answer(socket, 91, 100);
    expect(ends(state())).toEqual([91, 100]);
    socket.refuse('send', 429, 600);
    void connection.jumpTo(5);
    answer(socket, 1, 10);
    connection.setCredentials({ name: 'アリス' });
    socket.receive(ready({ recovered: true, rev: 100 }));
    expect(socket.sent.slice(-1)).toMatchObject([{ type: 'auth' }]);
    expect(ends(state())).toEqual([1, 10]);
  });

  it('of the newest messages are requested when all loaded ones were removed', async () => {
    const { connection, state, socket } = await start();
    void connection.jumpTo(5);
    answer(socket, 1, 10);
    const { room } = state();
    if (!room) throw new Error('no room');
    socket.receive({ type: 'room', room, floor: 50, locked: false, slowSeconds: 0 });
    expect(state().messages).toEqual([]);
    expect(socket.sentOf('history')).toHaveLength(2);
    answer(socket, 91, 100);
    expect(ends(state())).toEqual([91, 100]);
  });
});
