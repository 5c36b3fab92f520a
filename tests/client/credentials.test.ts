/** What a connection shows of a person: tokens that are got, renewed and expired; on a socket that the test plays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refreshDelay } from '../../client/room/credentials.ts';
import { alice, bob, message, ready } from './frames.ts';
import { beginPlay, connect, endPlay, live, type PlayedSocket, settle, socketNumber } from './played-socket.ts';

beforeEach(beginPlay);
afterEach(endPlay);

const shownBy = (socket: PlayedSocket) => socket.asked('auth').map(({ token }) => token);
const textsOf = (socket: PlayedSocket) => socket.asked('send').map(({ text }) => text);

/** Tokens by number, and how often one was asked for. */
function counting(): { token: () => Promise<string>; asked: () => number } {
  let count = 0;
  return { token: async () => `token-${++count}`, asked: () => count };
}

const expired = {
  statusCode: 401,
  error: 'Unauthorized: The signed token has expired, send a new auth frame',
} as const;

describe('a token that is got', () => {
  it('is asked for anew each time that the line stands', async () => {
    const { token } = counting();
    const { socket } = await live({ token });
    expect(shownBy(socket)).toEqual(['token-1']);
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    await settle();
    expect(shownBy(next)).toEqual(['token-2']);
  });

  it('with another name goes before what is sent after', async () => {
    const { token } = counting();
    const { connection, socket } = await live({ token });
    connection.setCredentials({ name: 'Alice' });
    connection.send('one');
    await settle();
    expect(socket.heard.slice(1).map(({ type, name, text }) => [type, name ?? text])).toEqual([
      ['auth', 'Alice'],
      ['send', 'one'],
    ]);
  });

  it('that comes when the line is gone is shown to no other', async () => {
    const answers: ((token: string) => void)[] = [];
    const token = () => new Promise<string>((resolve) => answers.push(resolve));
    connect({ token });
    const socket = await socketNumber(1);
    socket.open();
    await settle();
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    await settle();
    answers[0]?.('late');
    await settle();
    expect([...shownBy(socket), ...shownBy(next)]).toEqual([]);
    answers[1]?.('fresh');
    await settle();
    expect(shownBy(next)).toEqual(['fresh']);
  });

  it('that cannot be got, or throws, is asked for again', async () => {
    let count = 0;
    const { state } = connect({
      token: () => {
        if (++count < 3) throw new Error('the backend is down');
        return 'fresh';
      },
    });
    const socket = await socketNumber(1);
    socket.isAwake = true;
    socket.open();
    await settle(10_100);
    expect(shownBy(socket)).toEqual(['fresh']);
    expect(state().phase.name).toBe('connecting');
  });

  it('is renewed before it expires, with where one was, and goes on', async () => {
    const { token, asked } = counting();
    const { socket } = await live({ token }, { rev: 4, expiresAt: Date.now() + 100_000 });
    socket.isAwake = true;
    await settle(89_000);
    expect(asked()).toBe(1);
    await settle(2_000);
    expect(socket.asked('auth').at(-1)).toMatchObject({ token: 'token-2', resume: { epoch: 'one', rev: 4 } });
    socket.say(ready({ recovered: true, rev: 4, expiresAt: Date.now() + 100_000 }));
    await settle(91_000);
    expect(asked()).toBe(3);
  });

  it('is renewed again where the renewal was refused for its haste', async () => {
    const { token, asked } = counting();
    const { socket } = await live({ token }, { expiresAt: Date.now() + 100_000 });
    socket.isAwake = true;
    await settle(91_000);
    socket.refuse('auth', 429, 2);
    await settle(2_100);
    expect(asked()).toBe(3);
  });

  it('is renewed in time however short it lasts, and at leisure where the clock of the device is wrong', () => {
    expect(refreshDelay(3_600_000, 0)).toBe(3_540_000);
    expect(refreshDelay(100_000, 0)).toBe(90_000);
    expect(refreshDelay(20_000, 0)).toBe(15_000);
    expect(refreshDelay(4_000, 0)).toBe(2_000);
    expect(refreshDelay(-3_600_000, 0)).toBe(30_000);
    expect(refreshDelay(1e13, 0)).toBe(2 ** 31 - 1);
  });

  it('is not got any more once the connection is closed', async () => {
    const { token, asked } = counting();
    const { connection } = await live({ token }, { expiresAt: Date.now() + 10_000 });
    connection.close();
    await settle(60_000);
    expect(asked()).toBe(1);
  });

  it('that cannot be got is not asked for any more once the connection is closed', async () => {
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

  it('that the room does not believe is got once more before it ends', async () => {
    const { token } = counting();
    const { state, socket } = await live({ token });
    socket.end(4401, 'Unauthorized: The signed token has expired');
    expect(state().phase.name).toBe('reconnecting');
    const second = await socketNumber(2);
    second.open();
    await settle();
    expect(shownBy(second)).toEqual(['token-2']);
    second.end(4401, 'Unauthorized: The signed token has expired');
    expect(state().phase).toMatchObject({ name: 'ended', code: 4401 });
  });

  it('has a second try each time after it was believed', async () => {
    const { token } = counting();
    const { state, socket } = await live({ token });
    socket.end(4401);
    const second = await socketNumber(2);
    second.open();
    await settle();
    second.say(ready({ recovered: true }));
    second.end(4401);
    expect(state().phase.name).toBe('reconnecting');
  });

  it('that expired unseen is got anew for the message, which goes out before the next', async () => {
    const { token } = counting();
    const { connection, state, socket } = await live({ token });
    const one = connection.send('one');
    connection.send('two');
    socket.say({ type: 'error', ref: one.clientId, ...expired });
    await settle();
    expect(shownBy(socket)).toEqual(['token-1', 'token-2']);
    expect(state().outgoing[0]).not.toHaveProperty('failure');
    socket.say(ready({ recovered: true }));
    expect(textsOf(socket)).toEqual(['one', 'one']);
    socket.acknowledge('send', 1);
    expect(await one.stored).toMatchObject({ messageId: 1 });
    expect(textsOf(socket)).toEqual(['one', 'one', 'two']);
  });

  it('is not got for ever for a message that the room refuses all the same', async () => {
    const { token, asked } = counting();
    const { connection, socket } = await live({ token });
    const one = connection.send('one');
    socket.say({ type: 'error', ref: one.clientId, ...expired });
    await settle();
    socket.say(ready({ recovered: true }));
    socket.say({ type: 'error', ref: one.clientId, ...expired });
    await expect(one.stored).rejects.toMatchObject({ statusCode: 401 });
    expect(asked()).toBe(2);
  });

  it('of another person ends the connection, before anything goes out under their name', async () => {
    const { connection, state, socket } = await live();
    connection.send('one');
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    next.say(ready({ recovered: true, participant: bob }));
    expect(state().phase).toMatchObject({ name: 'ended', code: 4401 });
    expect(textsOf(next)).toEqual([]);
    expect(state().outgoing.map(({ text }) => text)).toEqual(['one']);
  });

  it('makes another id in another life of the room, which is no other person', async () => {
    const { state, socket } = await live();
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    next.say(ready({ epoch: 'two', participant: { ...alice, id: 't:xyz' } }));
    expect(state().phase.name).toBe('live');
  });
});

describe('without one', () => {
  it('a viewer reads, ends with the second 4401 of none, and is not told to type', async () => {
    const { connection, state, socket } = await live({ token: undefined }, { participant: null, role: 'viewer' });
    expect(socket.lastAsked('auth')).not.toHaveProperty('token');
    socket.say({ type: 'message', ...message(1) });
    expect(state().messages).toHaveLength(1);
    connection.typing(true);
    connection.read(1);
    expect(socket.heard).toHaveLength(1);
    const { stored, clientId } = connection.send('one');
    socket.say({ type: 'error', ref: clientId, statusCode: 401, error: 'Unauthorized: A token is required' });
    await expect(stored).rejects.toMatchObject({ statusCode: 401 });
    socket.end(4401);
    expect(state().phase.name).toBe('ended');
  });
});

describe('other credentials', () => {
  it('that come before the room has let one in are shown right after', async () => {
    const { connection } = connect({ name: 'alice' });
    const socket = await socketNumber(1);
    socket.open();
    connection.setCredentials({ name: 'アリス' });
    expect(socket.asked('auth').map(({ name }) => name)).toEqual(['alice']);
    socket.say(ready());
    expect(socket.asked('auth').map(({ name }) => name)).toEqual(['alice', 'アリス']);
    socket.say(ready({ recovered: true }));
    expect(socket.asked('auth')).toHaveLength(2);
  });

  it('that the room never takes are not shown again when the line comes back', async () => {
    const { connection, state, socket } = await live({ name: 'alice' });
    connection.setCredentials({ name: 'x'.repeat(41) });
    socket.refuse('auth', 400);
    expect(state().phase.name).toBe('live');
    socket.cut();
    const next = await socketNumber(2);
    next.open();
    expect(next.lastAsked('auth')).toMatchObject({ name: 'alice' });
  });
});
