/** The connection of the client, on a socket that the test plays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerFrame } from '../../shared/frames.ts';
import { message, ready } from './frames.ts';
import { beginPlay, connect, endPlay, live, PlayedSocket, settle, socketNumber } from './played-socket.ts';

beforeEach(beginPlay);
afterEach(endPlay);

const said = (rev: number): ServerFrame => ({ type: 'message', ...message(rev) });

/** What a socket was asked to send. */
const sendsOf = (socket: PlayedSocket) => socket.asked('send');
const textsOf = (socket: PlayedSocket) => sendsOf(socket).map(({ text }) => text);

/** Acknowledges the last of it. */
function answer(socket: PlayedSocket, messageId: number): void {
  const clientId = String(sendsOf(socket).at(-1)?.clientId);
  socket.say({ type: 'ack', clientId, messageId, rev: messageId, createdAt: 0, duplicate: false });
}

describe('a connection', () => {
  it('shows the key of a private room in auth, each time, and in no URL', async () => {
    const { state } = connect({ joinKey: 'two blue herons' });
    await settle();
    const socket = await socketNumber(1);
    socket.open();
    expect(socket.heard).toMatchObject([{ type: 'auth', joinKey: 'two blue herons' }]);
    socket.say(ready());
    socket.end(1006);
    const again = await socketNumber(2);
    again.open();
    expect(again.heard).toMatchObject([{ type: 'auth', joinKey: 'two blue herons' }]);
    expect(again.url).toBe('wss://chat.example/chat/abc/ws');
    again.end(4403, 'Forbidden: This room is private');
    expect(state().phase).toMatchObject({ name: 'ended', code: 4403 });
  });

  it('says who it is first, and what it had to send once it is let in', async () => {
    const { connection, state } = connect({ name: 'alice' });
    connection.send('one');
    connection.send('two');
    await settle();
    const socket = await socketNumber(1);
    expect(socket.url).toBe('wss://chat.example/chat/abc/ws');
    socket.open();
    expect(socket.heard).toMatchObject([{ type: 'auth', token: 'alice-token', name: 'alice', batch: true, v: 1 }]);
    socket.say(ready());
    expect(textsOf(socket)).toEqual(['one']);
    answer(socket, 1);
    expect(textsOf(socket)).toEqual(['one', 'two']);
    expect(state().phase.name).toBe('live');
  });

  it('keeps the order of what the room was too hurried for, and sends it again when it may', async () => {
    const { connection, state, socket } = await live();
    for (const text of ['one', 'two', 'three']) connection.send(text);
    answer(socket, 1);
    const [, second] = sendsOf(socket);
    socket.say({ type: 'error', ref: String(second?.ref), statusCode: 429, error: 'Slow down', retryAfter: 2 });
    connection.send('four');
    await vi.advanceTimersByTimeAsync(1_900);
    expect(textsOf(socket)).toEqual(['one', 'two']);
    await vi.advanceTimersByTimeAsync(200);
    expect(textsOf(socket)).toEqual(['one', 'two', 'two']);
    for (let id = 2; id <= 4; id++) answer(socket, id);
    expect(textsOf(socket)).toEqual(['one', 'two', 'two', 'three', 'four']);
    expect(state().outgoing.filter(({ messageId }) => messageId === undefined)).toEqual([]);
  });

  it('goes on with the next when one is refused for good, and that one when it is retried', async () => {
    const { connection, state, socket } = await live();
    connection.send('one');
    connection.send('two');
    const clientId = String(sendsOf(socket)[0]?.clientId);
    socket.say({ type: 'error', ref: clientId, statusCode: 403, error: 'Forbidden' });
    expect(textsOf(socket)).toEqual(['one', 'two']);
    answer(socket, 1);
    connection.retry(clientId);
    expect(textsOf(socket)).toEqual(['one', 'two', 'one']);
    answer(socket, 2);
    expect(state().outgoing.every(({ messageId }) => messageId !== undefined)).toBe(true);
  });

  it('waits for no pause of a line that is gone', async () => {
    const { connection, socket } = await live();
    connection.send('one');
    const ref = String(sendsOf(socket)[0]?.ref);
    socket.say({ type: 'error', ref, statusCode: 429, error: 'Slow down', retryAfter: 600 });
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    next.say(ready());
    expect(textsOf(next)).toEqual(['one']);
  });

  it('comes back after a cut, and says where it was', async () => {
    const { state, socket } = await live();
    socket.say(said(1));
    socket.cut();
    expect(state().phase.name).toBe('reconnecting');
    const next = await socketNumber(2);
    next.open();
    expect(next.heard[0]).toMatchObject({ type: 'auth', resume: { epoch: 'one', rev: 1 } });
  });

  it.each([1001, 1006, 1011, 1012, 4408, 4429, 4503])('comes back after %s', async (code) => {
    const { state, socket } = await live();
    socket.end(code);
    expect(state().phase.name).toBe('reconnecting');
    await socketNumber(2);
  });

  it('comes back when the room said, where it was too much for it', async () => {
    const { state, socket } = await live();
    socket.end(4429, 'Flooding: come back in 10 s');
    expect(state().phase.name).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(PlayedSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(PlayedSocket.opened).toHaveLength(2);
  });

  it('tries at once when it is asked to, though the room said to wait', async () => {
    const { connection, socket } = await live();
    socket.end(4429, 'Flooding: come back in 10 s');
    connection.reconnect();
    await settle();
    expect(PlayedSocket.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(PlayedSocket.opened.length).toBeLessThanOrEqual(3);
  });

  it.each([1000, 4400, 4401, 4403, 4404, 4410, 4413])('stays away after %s', async (code) => {
    const { connection, state, socket } = await live();
    socket.end(code, 'because');
    expect(state().phase).toEqual({ name: 'ended', code, reason: 'because' });
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(PlayedSocket.opened).toHaveLength(1);
  });

  it('tries at once when it is asked to, in the middle of a pause', async () => {
    const { connection, socket } = await live();
    socket.cut();
    for (let count = 2; count <= 5; count++) (await socketNumber(count)).cut();
    await vi.advanceTimersByTimeAsync(100);
    expect(PlayedSocket.opened).toHaveLength(5);
    connection.reconnect();
    await settle();
    expect(PlayedSocket.opened).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(PlayedSocket.opened).toHaveLength(6);
  });

  it('once closed is over', async () => {
    const { connection, state, socket } = await live();
    connection.close();
    expect(socket.readyState).toBe(3);
    expect(state().phase.name).toBe('ended');
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(PlayedSocket.opened).toHaveLength(1);
  });

  it('gives up on a silent line, and on no other', async () => {
    const { socket } = await live();
    expect(socket.pings).toBe(1);
    await vi.advanceTimersByTimeAsync(26_000);
    expect(socket.pings).toBe(2);
    socket.say({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(PlayedSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(PlayedSocket.opened).toHaveLength(2);
  });

  it('pings in between when it hears much', async () => {
    const { socket } = await live();
    const long = { ...said(4), text: 'x'.repeat(4_000) } as ServerFrame;
    for (let turn = 0; turn < 60; turn++) socket.say(long);
    expect(socket.pings).toBe(1);
    for (let turn = 0; turn < 60; turn++) socket.say(long);
    expect(socket.pings).toBe(2);
    await vi.advanceTimersByTimeAsync(9_000);
    socket.say({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(PlayedSocket.opened).toHaveLength(1);
  });

  it('ends when the room does not take what it says of itself', async () => {
    const { state } = connect({ name: 'x'.repeat(41) });
    await settle();
    const socket = await socketNumber(1);
    socket.open();
    socket.say({ type: 'error', ref: 'auth', statusCode: 400, error: 'Invalid fields: name …' });
    expect(state().phase).toEqual({ name: 'ended', code: 4400, reason: 'Invalid fields: name …' });
  });

  it('asks again when a rev is missing, once, and shows nothing out of order', async () => {
    const { state, socket } = await live();
    socket.say(said(1));
    socket.say(said(3));
    socket.say({
      type: 'batch',
      frames: [
        { type: 'message', ...message(4) },
        { type: 'message', ...message(5) },
      ],
    });
    const asked = socket.heard.filter((frame) => frame.type === 'auth').slice(1);
    expect(asked).toMatchObject([{ resume: { epoch: 'one', rev: 1 } }]);
    expect(state().messages.map(({ id }) => id)).toEqual([1]);
    const missed = [2, 3, 4, 5].map((rev) => message(rev));
    socket.say(ready({ recovered: true, rev: 5, messages: missed }));
    expect(state().messages.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  it('asks again for what is missing where the question was refused for its haste', async () => {
    const { state, socket } = await live();
    socket.say(said(2));
    const questions = () => socket.heard.filter(({ type }) => type === 'auth').length;
    expect(questions()).toBe(2);
    socket.say({ type: 'error', ref: 'auth', statusCode: 429, error: 'Slow down', retryAfter: 2 });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(questions()).toBe(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(questions()).toBe(3);
    socket.say(ready({ recovered: true, rev: 2, messages: [message(1), message(2)] }));
    socket.say(said(3));
    expect(state().messages.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('sends what was not acknowledged again under the same id, and what was acknowledged not', async () => {
    const { connection, socket } = await live();
    connection.send('one');
    connection.send('two');
    answer(socket, 1);
    const [, two] = sendsOf(socket);
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    next.say(ready({ recovered: true }));
    expect(next.heard.slice(1)).toEqual([two]);
  });

  it('can be called something else, and nothing at all', async () => {
    const { connection, socket } = await live();
    connection.setCredentials({ name: 'アリス' });
    connection.setCredentials({ name: '' });
    expect(socket.heard.slice(1)).toMatchObject([{ name: 'アリス' }, { name: 'guest-abcd' }]);
  });
});
