/** The credentials of a connection: tokens that are fetched, refreshed, expired and rejected. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refreshDelay } from '../../client/room/credentials.ts';
import {
  closeConnections,
  connect,
  type FakeSocket,
  live,
  settle,
  socketNumber,
  useFakeTimers,
} from './fake-socket.ts';
import { alice, bob, message, ready } from './frames.ts';

beforeEach(useFakeTimers);
afterEach(closeConnections);

const tokensOf = (socket: FakeSocket) => socket.sentOf('auth').map(({ token }) => token);
const textsOf = (socket: FakeSocket) => socket.sentOf('send').map(({ text }) => text);

/** A provider of numbered tokens, and how often it was called. */
function countingProvider(): { token: () => Promise<string>; calls: () => number } {
  let count = 0;
  return { token: async () => `token-${++count}`, calls: () => count };
}

const expired = {
  statusCode: 401,
  error: 'Unauthorized: The signed token has expired, send a new auth frame',
} as const;

describe('a token provider', () => {
  it('is called again each time the socket opens', async () => {
    const { token } = countingProvider();
    const { socket } = await live({ token });
    expect(tokensOf(socket)).toEqual(['token-1']);
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    await settle();
    expect(tokensOf(next)).toEqual(['token-2']);
  });

  it('delays messages that are sent after a change of name until auth is sent', async () => {
    const { token } = countingProvider();
    const { connection, socket } = await live({ token });
    connection.setCredentials({ name: 'Alice' });
    connection.send('one');
    await settle();
    expect(socket.sent.slice(1).map(({ type, name, text }) => [type, name ?? text])).toEqual([
      ['auth', 'Alice'],
      ['send', 'one'],
    ]);
  });

  it('that returns a token after the socket was lost is ignored', async () => {
    const answers: ((token: string) => void)[] = [];
    const token = () => new Promise<string>((resolve) => answers.push(resolve));
    connect({ token });
    const socket = await socketNumber(1);
    socket.open();
    await settle();
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    await settle();
    answers[0]?.('late');
    await settle();
    expect([...tokensOf(socket), ...tokensOf(next)]).toEqual([]);
    answers[1]?.('fresh');
    await settle();
    expect(tokensOf(next)).toEqual(['fresh']);
  });

  it('that rejects or throws is called again', async () => {
    let count = 0;
    const { state } = connect({
      token: () => {
        if (++count < 3) throw new Error('the backend is down');
        return 'fresh';
      },
    });
    const socket = await socketNumber(1);
    socket.answersPings = true;
    socket.open();
    await settle(10_100);
    expect(tokensOf(socket)).toEqual(['fresh']);
    expect(state().phase.name).toBe('connecting');
  });

  it('is called before the token expires, and auth is sent with the position', async () => {
    const { token, calls } = countingProvider();
    const { socket } = await live({ token }, { rev: 4, expiresAt: Date.now() + 100_000 });
    socket.answersPings = true;
    await settle(89_000);
    expect(calls()).toBe(1);
    await settle(2_000);
    expect(socket.sentOf('auth').at(-1)).toMatchObject({ token: 'token-2', resume: { epoch: 'one', rev: 4 } });
    socket.receive(ready({ recovered: true, rev: 4, expiresAt: Date.now() + 100_000 }));
    await settle(91_000);
    expect(calls()).toBe(3);
  });

  it('is called again if the refresh was rate limited', async () => {
    const { token, calls } = countingProvider();
    const { socket } = await live({ token }, { expiresAt: Date.now() + 100_000 });
    socket.answersPings = true;
    await settle(91_000);
    socket.refuse('auth', 429, 2);
    await settle(2_100);
    expect(calls()).toBe(3);
  });

  it('is called in time however short the token lasts, and after a delay if the clock of the device is wrong', () => {
    expect(refreshDelay(3_600_000, 0)).toBe(3_540_000);
    expect(refreshDelay(100_000, 0)).toBe(90_000);
    expect(refreshDelay(20_000, 0)).toBe(15_000);
    expect(refreshDelay(4_000, 0)).toBe(2_000);
    expect(refreshDelay(-3_600_000, 0)).toBe(30_000);
    expect(refreshDelay(1e13, 0)).toBe(2 ** 31 - 1);
  });

  it('is not called after the connection is closed', async () => {
    const { token, calls } = countingProvider();
    const { connection } = await live({ token }, { expiresAt: Date.now() + 10_000 });
    connection.close();
    await settle(60_000);
    expect(calls()).toBe(1);
  });

  it('that rejects after the connection is closed is not called again', async () => {
    let fail: ((reason: Error) => void) | undefined;
    const token = () =>
      new Promise<string>((_, reject) => {
        fail = reject;
      });
    const { connection } = connect({ token });
    const socket = await socketNumber(1);
    socket.open();
    await settle();
    connection.close();
    fail?.(new Error('the backend is down'));
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is called once more after the room rejected a token, before the connection ends', async () => {
    const { token } = countingProvider();
    const { state, socket } = await live({ token });
    socket.closeWith(4401, 'Unauthorized: The signed token has expired');
    expect(state().phase.name).toBe('reconnecting');
    const second = await socketNumber(2);
    second.open();
    await settle();
    expect(tokensOf(second)).toEqual(['token-2']);
    second.closeWith(4401, 'Unauthorized: The signed token has expired');
    expect(state().phase).toMatchObject({ name: 'ended', code: 4401 });
  });

  it('is called once more after each accepted token', async () => {
    const { token } = countingProvider();
    const { state, socket } = await live({ token });
    socket.closeWith(4401);
    const second = await socketNumber(2);
    second.open();
    await settle();
    second.receive(ready({ recovered: true }));
    second.closeWith(4401);
    expect(state().phase.name).toBe('reconnecting');
  });

  it('is called when a message is refused because the token has expired, and the message is sent again before the next', async () => {
    const { token } = countingProvider();
    const { connection, state, socket } = await live({ token });
    const one = connection.send('one');
    connection.send('two');
    socket.receive({ type: 'error', ref: one.clientId, ...expired });
    await settle();
    expect(tokensOf(socket)).toEqual(['token-1', 'token-2']);
    expect(state().outgoing[0]).not.toHaveProperty('failure');
    socket.receive(ready({ recovered: true }));
    expect(textsOf(socket)).toEqual(['one', 'one']);
    socket.acknowledge('send', 1);
    expect(await one.stored).toMatchObject({ messageId: 1 });
    expect(textsOf(socket)).toEqual(['one', 'one', 'two']);
  });

  it('is called only once for a message that the room refuses again', async () => {
    const { token, calls } = countingProvider();
    const { connection, socket } = await live({ token });
    const one = connection.send('one');
    socket.receive({ type: 'error', ref: one.clientId, ...expired });
    await settle();
    socket.receive(ready({ recovered: true }));
    socket.receive({ type: 'error', ref: one.clientId, ...expired });
    await expect(one.stored).rejects.toMatchObject({ statusCode: 401 });
    expect(calls()).toBe(2);
  });

  it('that returns the token of another user ends the connection before a message is sent under that name', async () => {
    const { connection, state, socket } = await live();
    connection.send('one');
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    next.receive(ready({ recovered: true, participant: bob }));
    expect(state().phase).toMatchObject({ name: 'ended', code: 4401 });
    expect(textsOf(next)).toEqual([]);
    expect(state().outgoing.map(({ text }) => text)).toEqual(['one']);
  });

  it('may lead to another participant id in another epoch of the room', async () => {
    const { state, socket } = await live();
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    next.receive(ready({ epoch: 'two', participant: { ...alice, id: 't:xyz' } }));
    expect(state().phase.name).toBe('live');
  });
});

describe('without a token', () => {
  it('a viewer reads, sends no typing and read frames, and ends after the first 4401', async () => {
    const { connection, state, socket } = await live({ token: undefined }, { participant: null, role: 'viewer' });
    expect(socket.lastSent('auth')).not.toHaveProperty('token');
    socket.receive({ type: 'message', ...message(1) });
    expect(state().messages).toHaveLength(1);
    connection.typing(true);
    connection.read(1);
    expect(socket.sent).toHaveLength(1);
    const { stored, clientId } = connection.send('one');
    socket.receive({ type: 'error', ref: clientId, statusCode: 401, error: 'Unauthorized: A token is required' });
    await expect(stored).rejects.toMatchObject({ statusCode: 401 });
    socket.closeWith(4401);
    expect(state().phase.name).toBe('ended');
  });
});

describe('other credentials', () => {
  it('that are set before ready are sent right after it', async () => {
    const { connection } = connect({ name: 'alice' });
    const socket = await socketNumber(1);
    socket.open();
    connection.setCredentials({ name: 'アリス' });
    expect(socket.sentOf('auth').map(({ name }) => name)).toEqual(['alice']);
    socket.receive(ready());
    expect(socket.sentOf('auth').map(({ name }) => name)).toEqual(['alice', 'アリス']);
    socket.receive(ready({ recovered: true }));
    expect(socket.sentOf('auth')).toHaveLength(2);
  });

  it('that the room refuses permanently are not sent again after a reconnect', async () => {
    const { connection, state, socket } = await live({ name: 'alice' });
    connection.setCredentials({ name: 'x'.repeat(41) });
    socket.refuse('auth', 400);
    expect(state().phase.name).toBe('live');
    socket.breakConnection();
    const next = await socketNumber(2);
    next.open();
    expect(next.lastSent('auth')).toMatchObject({ name: 'alice' });
  });
});
