/** What a connection is asked, and what becomes of it: answered, refused, lost; on a socket that the test plays. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoomState } from '../../client/index.ts';
import { message, ready } from './frames.ts';
import { beginPlay, endPlay, live, settle, socketNumber } from './played-socket.ts';

beforeEach(beginPlay);
afterEach(endPlay);

const refusedWith = (statusCode: number) => expect.objectContaining({ name: 'ApiError', statusCode });

describe('what was sent', () => {
  it('is stored once the room has acknowledged it', async () => {
    const { connection, socket } = await live();
    const { clientId, stored } = connection.send('Hello', 3);
    expect(socket.lastAsked('send')).toMatchObject({ clientId, text: 'Hello', replyTo: 3 });
    socket.acknowledge('send', 7);
    expect(await stored).toMatchObject({ clientId, messageId: 7, duplicate: false });
  });

  it('is refused for good, but for haste only waits', async () => {
    const { connection, socket } = await live();
    const { clientId, stored } = connection.send('Hello');
    socket.refuse('send', 429, 1);
    await settle(1_100);
    expect(socket.asked('send')).toHaveLength(2);
    socket.refuse('send', 403);
    await expect(stored).rejects.toEqual(refusedWith(403));
    const again = connection.retry(clientId);
    expect(again.clientId).toBe(clientId);
    socket.acknowledge('send', 1);
    expect(await again.stored).toMatchObject({ messageId: 1 });
  });

  it('waits over a lost line', async () => {
    const { connection, socket } = await live();
    const { stored } = connection.send('Hello');
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    next.say(ready({ recovered: true }));
    next.acknowledge('send', 1);
    expect(await stored).toMatchObject({ messageId: 1 });
  });

  it('is nobody’s any more once it is discarded, or the connection has ended', async () => {
    const { connection, state, socket } = await live();
    const [first, second] = [connection.send('one'), connection.send('two')];
    connection.discard(second.clientId);
    await expect(second.stored).rejects.toEqual(refusedWith(0));
    await expect(connection.retry(second.clientId).stored).rejects.toEqual(refusedWith(0));
    socket.end(4410, 'Chat deleted');
    await expect(first.stored).rejects.toThrow('Chat deleted');
    const third = connection.send('three');
    await expect(third.stored).rejects.toEqual(refusedWith(0));
    expect(state().outgoing.map(({ text }) => text)).toEqual(['one', 'three']);
  });

  it('is refused here where the room would hang up over its size, and the next goes out', async () => {
    const { connection, state, socket } = await live();
    const tooLarge = connection.send('漢'.repeat(11_000));
    connection.send('two');
    await expect(tooLarge.stored).rejects.toEqual(refusedWith(413));
    expect(socket.asked('send').map(({ text }) => text)).toEqual(['two']);
    expect(state().outgoing[0]).toMatchObject({ failure: { statusCode: 413 } });
    await expect(connection.edit(1, 'x'.repeat(40_000))).rejects.toEqual(refusedWith(413));
  });

  it('has to wait in slow mode, and says until when', async () => {
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
    expect(socket.asked('send')).toHaveLength(2);
    await settle(12_000);
    expect(socket.asked('send')).toHaveLength(3);
  });
});

describe('what was asked', () => {
  it('is answered by the frame with its ref, in whatever order', async () => {
    const { connection, socket } = await live();
    const [edited, deleted] = [connection.edit(1, 'a'), connection.delete(2)];
    socket.acknowledge('delete', 9, 2);
    socket.acknowledge('edit', 8, 1);
    expect([(await edited).rev, (await deleted).rev]).toEqual([8, 9]);
    const entry = { id: 1, at: 2, action: 'lock', by: { id: 't:x', name: 'x' } } as const;
    const locked = connection.moderate({ action: 'lock' });
    const told = connection.report(3, 'spam');
    socket.say({ type: 'moderation', ref: socket.lastAsked('moderate').ref, entry });
    socket.refuse('report', 404);
    expect(await locked).toEqual(entry);
    await expect(told).rejects.toEqual(refusedWith(404));
  });

  it('says when to ask again', async () => {
    const { connection, socket } = await live();
    const edited = connection.edit(1, 'a');
    socket.refuse('edit', 429, 3);
    await expect(edited).rejects.toMatchObject({ statusCode: 429, retryAfter: 3 });
  });

  it('is lost with the line, and cannot be asked without one', async () => {
    const { connection, socket } = await live();
    const asked = [connection.edit(1, 'a'), connection.jumpTo(5), connection.react(1, '👍', true)];
    socket.cut();
    for (const one of asked) await expect(one).rejects.toEqual(refusedWith(0));
    await expect(connection.delete(1)).rejects.toEqual(refusedWith(0));
  });

  it('need not be waited for', async () => {
    const faults: unknown[] = [];
    const note = (fault: unknown) => faults.push(fault);
    process.on('unhandledRejection', note);
    const { connection, socket } = await live();
    connection.send('one');
    void connection.edit(1, 'a');
    void connection.react(1, '👍', true);
    void connection.moderate({ action: 'lock' });
    void connection.report(1);
    void connection.jumpTo(7);
    socket.cut();
    await settle();
    connection.close();
    endPlay();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(faults).toEqual([]);
  });
});

describe('a reaction', () => {
  const one = (rev: number, ...participants: string[]) => {
    const reactions = participants.length ? [{ emoji: '👍', count: participants.length, participants }] : [];
    return message(1, { rev, reactions });
  };
  const start = () => live({}, { rev: 1, messages: [one(1)] });

  it('is there at once, and stays when the room has taken it', async () => {
    const { connection, state, socket } = await start();
    const given = connection.react(1, '👍', true);
    expect(state().messages[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
    socket.acknowledge('react', 2, 1);
    socket.say({ type: 'message', ...one(2, 't:abcdef') });
    await given;
    expect(state().messages[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
  });

  it('goes back when it is refused, or lost', async () => {
    const { connection, state, socket } = await start();
    const refused = connection.react(1, '👍', true);
    socket.refuse('react', 403);
    await expect(refused).rejects.toEqual(refusedWith(403));
    expect(state().messages[0]?.reactions).toEqual([]);
    const lost = connection.react(1, '👍', true);
    socket.cut();
    await expect(lost).rejects.toEqual(refusedWith(0));
    expect(state().messages[0]?.reactions).toEqual([]);
  });

  it('that was there already stays when giving it again is refused', async () => {
    const { connection, state, socket } = await start();
    void connection.react(1, '👍', true);
    socket.acknowledge('react', 2, 1);
    socket.say({ type: 'message', ...one(2, 't:abcdef') });
    const again = connection.react(1, '👍', true);
    socket.refuse('react', 429, 1);
    await expect(again).rejects.toEqual(refusedWith(429));
    expect(state().messages[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
  });

  it('given and taken back quickly is gone in the end', async () => {
    const { connection, state, socket } = await start();
    void connection.react(1, '👍', true);
    socket.acknowledge('react', 2, 1);
    void connection.react(1, '👍', false);
    socket.say({ type: 'message', ...one(2, 't:abcdef') });
    socket.acknowledge('react', 3, 1);
    socket.say({ type: 'message', ...one(3) });
    expect(state().messages[0]?.reactions).toEqual([]);
  });
});

describe('pages', () => {
  const from = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, place) => message(first + place));
  const start = () => live({}, { rev: 100, messages: from(91, 100) });
  const answer = (socket: Awaited<ReturnType<typeof live>>['socket'], first: number, last: number) =>
    socket.say({
      type: 'history',
      ref: socket.lastAsked('history').ref,
      messages: from(first, last),
      epoch: 'one',
      rev: 100,
      floor: 1,
    });
  const ends = ({ messages }: { messages: readonly { id: number }[] }) => [messages[0]?.id, messages.at(-1)?.id];

  it('are asked for one at a time, and the next as soon as one is there', async () => {
    const onState = ({ messages }: RoomState) => {
      if (messages[0]?.id === 81) void connection.loadOlder();
    };
    const { connection, state, socket } = await live({ onState }, { rev: 100, messages: from(91, 100) });
    const loaded = connection.loadOlder();
    void connection.loadOlder();
    expect(socket.asked('history')).toMatchObject([{ before: 91 }]);
    answer(socket, 81, 90);
    await loaded;
    expect(ends(state())).toEqual([81, 100]);
    expect(socket.asked('history')).toMatchObject([{ before: 91 }, { before: 81 }]);
  });

  it('around a message are a jump, which the newest page ends', async () => {
    const { connection, state, socket } = await start();
    const there = connection.jumpTo(5);
    expect(socket.lastAsked('history')).toMatchObject({ around: 5 });
    answer(socket, 1, 10);
    await there;
    expect(state()).toMatchObject({ hasNewer: true, newestId: 100 });
    await connection.jumpTo(6);
    const further = connection.loadNewer();
    expect(socket.lastAsked('history')).toMatchObject({ after: 10 });
    answer(socket, 11, 20);
    await further;
    expect(ends(state())).toEqual([1, 20]);
    const back = connection.goToNewest();
    answer(socket, 91, 100);
    await back;
    expect(ends(state())).toEqual([91, 100]);
    expect(state().hasNewer).toBe(false);
    expect(socket.asked('history')).toHaveLength(3);
  });

  it('of two jumps are each answered, and the last counts', async () => {
    const { connection, state, socket } = await start();
    const [first, second, newest] = [connection.jumpTo(5), connection.jumpTo(50), connection.goToNewest()];
    const again = connection.goToNewest();
    expect(new Set(socket.asked('history').map(({ ref }) => ref)).size).toBe(3);
    expect(socket.asked('history')).toHaveLength(3);
    const spans = [from(1, 10), from(45, 55), from(91, 100)];
    for (const [at, { ref }] of socket.asked('history').entries()) {
      const messages = spans[at] ?? [];
      socket.say({ type: 'history', ref: String(ref), messages, epoch: 'one', rev: 100, floor: 1 });
    }
    await Promise.all([first, second, newest, again]);
    expect(ends(state())).toEqual([91, 100]);
  });

  it('around what is not in the log are refused', async () => {
    const { connection, socket } = await start();
    const there = connection.jumpTo(5);
    socket.refuse('history', 404);
    await expect(there).rejects.toEqual(refusedWith(404));
  });

  it('that come after trimming make no hole', async () => {
    const { connection, state, socket } = await start();
    void connection.loadOlder();
    connection.trim(4);
    answer(socket, 81, 90);
    expect(ends(state())).toEqual([97, 100]);
    void connection.loadOlder();
    expect(socket.lastAsked('history')).toMatchObject({ before: 97 });
  });

  it('of the newest are asked for when one writes after a jump, once, and not when a token is renewed', async () => {
    const { connection, state, socket } = await start();
    void connection.jumpTo(5);
    answer(socket, 1, 10);
    connection.send('one');
    connection.send('two');
    expect(socket.heard.slice(-2)).toMatchObject([{ ref: 'newest-2' }, { type: 'send', text: 'one' }]);
    answer(socket, 91, 100);
    expect(ends(state())).toEqual([91, 100]);
    socket.refuse('send', 429, 600);
    void connection.jumpTo(5);
    answer(socket, 1, 10);
    connection.setCredentials({ name: 'アリス' });
    socket.say(ready({ recovered: true, rev: 100 }));
    expect(socket.heard.slice(-1)).toMatchObject([{ type: 'auth' }]);
    expect(ends(state())).toEqual([1, 10]);
  });

  it('of the newest are asked for when nothing is kept any more of where one was', async () => {
    const { connection, state, socket } = await start();
    void connection.jumpTo(5);
    answer(socket, 1, 10);
    const { room } = state();
    if (!room) throw new Error('no room');
    socket.say({ type: 'room', room, floor: 50, locked: false, slowSeconds: 0 });
    expect(state().messages).toEqual([]);
    expect(socket.asked('history')).toHaveLength(2);
    answer(socket, 91, 100);
    expect(ends(state())).toEqual([91, 100]);
  });
});
