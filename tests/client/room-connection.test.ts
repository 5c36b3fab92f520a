/** The connection of the client on a fake socket: authentication, reconnecting, and the order of messages. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerFrame } from '../../shared/server-frames.ts';
import { closeConnections, connect, FakeSocket, live, settle, socketNumber, useFakeTimers } from './fake-socket.ts';
import { message, ready } from './frames.ts';

beforeEach(useFakeTimers);
afterEach(closeConnections);

const messageFrame = (rev: number): ServerFrame => ({ type: 'message', ...message(rev) });

const sendsOf = (socket: FakeSocket) => socket.sentOf('send');
const textsOf = (socket: FakeSocket) => sendsOf(socket).map(({ text }) => text);

/** Acknowledges the last message. */
function acknowledge(socket: FakeSocket, messageId: number): void {
  const clientId = String(sendsOf(socket).at(-1)?.clientId);
  socket.receive({ type: 'ack', clientId, messageId, rev: messageId, createdAt: 0, duplicate: false });
}

describe('a connection', () => {
  it('sends the join key in each auth, and in no URL', async () => {
    const { state } = connect({ joinKey: 'two blue herons' });
    await settle();
    const socket = await socketNumber(1);
    socket.open();
    expect(socket.sent).toMatchObject([{ type: 'auth', joinKey: 'two blue herons' }]);
    socket.receive(ready());
    socket.closeWith(1006);
    const again = await socketNumber(2);
    again.open();
    expect(again.sent).toMatchObject([{ type: 'auth', joinKey: 'two blue herons' }]);
    expect(again.url).toBe('wss://chat.example/chat/abc/ws');
    again.closeWith(4403, 'Forbidden: This room is private');
    expect(state().phase).toMatchObject({ name: 'ended', code: 4403 });
  });

  it('sends auth first, and waiting messages after ready', async () => {
    const { connection, state } = connect({ name: 'alice' });
    connection.send('one');
    connection.send('two');
    await settle();
    const socket = await socketNumber(1);
    expect(socket.url).toBe('wss://chat.example/chat/abc/ws');
    socket.open();
    expect(socket.sent).toMatchObject([{ type: 'auth', token: 'alice-token', name: 'alice', batch: true, v: 1 }]);
    socket.receive(ready());
    expect(textsOf(socket)).toEqual(['one']);
    acknowledge(socket, 1);
    expect(textsOf(socket)).toEqual(['one', 'two']);
    expect(state().phase.name).toBe('live');
  });

  it('keeps the order of rate-limited messages, and sends them again when allowed', async () => {
    const { connection, state, socket } = await live();
    for (const text of ['one', 'two', 'three']) connection.send(text);
    acknowledge(socket, 1);
    const [, second] = sendsOf(socket);
    socket.receive({ type: 'error', ref: String(second?.ref), statusCode: 429, error: 'Slow down', retryAfter: 2 });
    connection.send('four');
    await vi.advanceTimersByTimeAsync(1_900);
    expect(textsOf(socket)).toEqual(['one', 'two']);
    await vi.advanceTimersByTimeAsync(200);
    expect(textsOf(socket)).toEqual(['one', 'two', 'two']);
    for (let id = 2; id <= 4; id++) acknowledge(socket, id);
    expect(textsOf(socket)).toEqual(['one', 'two', 'two', 'three', 'four']);
    expect(state().outgoing.filter(({ messageId }) => messageId === undefined)).toEqual([]);
  });

  it('sends the next message when one is refused, and that one when it is retried', async () => {
    const { connection, state, socket } = await live();
    connection.send('one');
    connection.send('two');
    const clientId = String(sendsOf(socket)[0]?.clientId);
    socket.receive({ type: 'error', ref: clientId, statusCode: 403, error: 'Forbidden' });
    expect(textsOf(socket)).toEqual(['one', 'two']);
    acknowledge(socket, 1);
    connection.retry(clientId);
    expect(textsOf(socket)).toEqual(['one', 'two', 'one']);
    acknowledge(socket, 2);
    expect(state().outgoing.every(({ messageId }) => messageId !== undefined)).toBe(true);
  });

  it('does not wait for a rate limit of a lost connection', async () => {
    const { connection, socket } = await live();
    connection.send('one');
    const ref = String(sendsOf(socket)[0]?.ref);
    socket.receive({ type: 'error', ref, statusCode: 429, error: 'Slow down', retryAfter: 600 });
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    next.receive(ready());
    expect(textsOf(next)).toEqual(['one']);
  });

  it('reconnects after a network failure, and sends its position', async () => {
    const { state, socket } = await live();
    socket.receive(messageFrame(1));
    socket.breakConnection();
    expect(state().phase.name).toBe('reconnecting');
    const next = await socketNumber(2);
    next.open();
    expect(next.sent[0]).toMatchObject({ type: 'auth', resume: { epoch: 'one', rev: 1 } });
  });

  it.each([1001, 1006, 1011, 1012, 4408, 4429, 4503])('reconnects after %s', async (code) => {
    const { state, socket } = await live();
    socket.closeWith(code);
    expect(state().phase.name).toBe('reconnecting');
    await socketNumber(2);
  });

  it('reconnects after the time in the reason of a flooding close', async () => {
    const { state, socket } = await live();
    socket.closeWith(4429, 'Flooding: come back in 10 s');
    expect(state().phase.name).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(FakeSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(FakeSocket.opened).toHaveLength(2);
  });

  it('reconnects at once on request, although the room said to wait', async () => {
    const { connection, socket } = await live();
    socket.closeWith(4429, 'Flooding: come back in 10 s');
    connection.reconnect();
    await settle();
    expect(FakeSocket.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeSocket.opened.length).toBeLessThanOrEqual(3);
  });

  it.each([1000, 4400, 4401, 4403, 4404, 4410, 4413])('does not reconnect after %s', async (code) => {
    const { connection, state, socket } = await live();
    socket.closeWith(code, 'because');
    expect(state().phase).toEqual({ name: 'ended', code, reason: 'because' });
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it('reconnects at once on request, in the middle of a retry delay', async () => {
    const { connection, socket } = await live();
    socket.breakConnection();
    for (let count = 2; count <= 5; count++) (await socketNumber(count)).breakConnection();
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeSocket.opened).toHaveLength(5);
    connection.reconnect();
    await settle();
    expect(FakeSocket.opened).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(FakeSocket.opened).toHaveLength(6);
  });

  it('does not reconnect after close', async () => {
    const { connection, state, socket } = await live();
    connection.close();
    expect(socket.readyState).toBe(3);
    expect(state().phase.name).toBe('ended');
    connection.reconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it('reconnects if a ping is not answered, and only then', async () => {
    const { socket } = await live();
    expect(socket.pings).toBe(1);
    await vi.advanceTimersByTimeAsync(26_000);
    expect(socket.pings).toBe(2);
    socket.receive({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(FakeSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(FakeSocket.opened).toHaveLength(2);
  });

  it('sends an extra ping when it receives much', async () => {
    const { socket } = await live();
    const long = { ...messageFrame(4), text: 'x'.repeat(4_000) } as ServerFrame;
    for (let turn = 0; turn < 60; turn++) socket.receive(long);
    expect(socket.pings).toBe(1);
    for (let turn = 0; turn < 60; turn++) socket.receive(long);
    expect(socket.pings).toBe(2);
    await vi.advanceTimersByTimeAsync(9_000);
    socket.receive({ type: 'pong' });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it('ends when the room refuses its first auth as invalid', async () => {
    const { state } = connect({ name: 'x'.repeat(41) });
    await settle();
    const socket = await socketNumber(1);
    socket.open();
    socket.receive({ type: 'error', ref: 'auth', statusCode: 400, error: 'Invalid fields: name …' });
    expect(state().phase).toEqual({ name: 'ended', code: 4400, reason: 'Invalid fields: name …' });
  });

  it('sends auth once when a rev is missing, and shows nothing out of order', async () => {
    const { state, socket } = await live();
    socket.receive(messageFrame(1));
    socket.receive(messageFrame(3));
    socket.receive({
      type: 'batch',
      frames: [
        { type: 'message', ...message(4) },
        { type: 'message', ...message(5) },
      ],
    });
    const auths = socket.sent.filter((frame) => frame.type === 'auth').slice(1);
    expect(auths).toMatchObject([{ resume: { epoch: 'one', rev: 1 } }]);
    expect(state().messages.map(({ id }) => id)).toEqual([1]);
    const missed = [2, 3, 4, 5].map((rev) => message(rev));
    socket.receive(ready({ recovered: true, rev: 5, messages: missed }));
    expect(state().messages.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  it('sends auth again if the recovery was rate limited', async () => {
    const { state, socket } = await live();
    socket.receive(messageFrame(2));
    const auths = () => socket.sent.filter(({ type }) => type === 'auth').length;
    expect(auths()).toBe(2);
    socket.receive({ type: 'error', ref: 'auth', statusCode: 429, error: 'Slow down', retryAfter: 2 });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(auths()).toBe(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(auths()).toBe(3);
    socket.receive(ready({ recovered: true, rev: 2, messages: [message(1), message(2)] }));
    socket.receive(messageFrame(3));
    expect(state().messages.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('sends unacknowledged messages again under the same id, and acknowledged ones not', async () => {
    const { connection, socket } = await live();
    connection.send('one');
    connection.send('two');
    acknowledge(socket, 1);
    const [, two] = sendsOf(socket);
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    next.receive(ready({ recovered: true }));
    expect(next.sent.slice(1)).toEqual([two]);
  });

  it('can change the name, and clear it', async () => {
    const { connection, socket } = await live();
    connection.setCredentials({ name: 'アリス' });
    connection.setCredentials({ name: '' });
    expect(socket.sent.slice(1)).toMatchObject([{ name: 'アリス' }, { name: 'guest-abcd' }]);
  });
});
