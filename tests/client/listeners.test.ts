/** Whoever listens to a connection, closes it or types, and whatever odd comes in; on a socket that the test plays. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bob, message, ready } from './frames.ts';
import { beginPlay, connect, endPlay, live, PlayedSocket, settle, socketNumber } from './played-socket.ts';

beforeEach(beginPlay);
afterEach(endPlay);

const said = (rev: number) => ({ type: 'message' as const, ...message(rev) });

describe('a listener', () => {
  it('that throws is reported, and the connection goes on', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const fault = new Error('of the page');
    const onState = () => {
      throw fault;
    };
    const { connection, state, socket } = await live({ onState, onFrame: onState });
    const one = connection.send('one');
    connection.send('two');
    socket.acknowledge('send', 1);
    socket.say(said(1));
    expect(await one.stored).toMatchObject({ messageId: 1 });
    expect(socket.asked('send').map(({ text }) => text)).toEqual(['one', 'two']);
    expect(state().messages).toHaveLength(1);
    expect(reported).toHaveBeenCalledWith(fault);
    reported.mockRestore();
  });

  it('may close in the middle: nothing of it goes on', async () => {
    const states: string[] = [];
    const played = await live({
      token: async () => 'token',
      onState: ({ phase, messages }) => {
        states.push(`${phase.name} ${messages.length}`);
        if (messages.length === 2) played.connection.close();
      },
    });
    const { connection, socket } = played;
    const { stored } = connection.send('one');
    socket.say({ type: 'batch', frames: [said(1), said(2), said(3)] });
    await expect(stored).rejects.toThrow('Left');
    expect(states.slice(-3)).toEqual(['live 1', 'live 2', 'ended 2']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that closes as soon as one is in leaves no timer and asks nothing more', async () => {
    const played = connect({
      token: () => 'token',
      onState: ({ phase }) => phase.name === 'live' && played.connection.close(),
    });
    played.connection.send('one');
    const socket = await socketNumber(1);
    socket.open();
    await settle();
    socket.say(ready({ expiresAt: Date.now() + 60_000 }));
    expect(played.state().phase).toEqual({ name: 'ended', code: 1000, reason: 'Left' });
    expect(socket.asked('send')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has the answer to what was stored, though it closes on hearing it', async () => {
    const played = await live({ onFrame: ({ type }) => type === 'ack' && played.connection.close() });
    const { stored } = played.connection.send('one');
    played.socket.acknowledge('send', 1);
    expect(await stored).toMatchObject({ messageId: 1 });
  });
});

describe('what comes in', () => {
  it('and is no frame, or one of a later version, changes nothing', async () => {
    const { connection, state, socket } = await live();
    const before = state();
    for (const text of ['', 'no JSON', 'null', '7', '[]', '{}', '{"type":7}', '{"type":"batch"}', '{"type":"later"}']) {
      socket.sayText(text);
    }
    expect(state()).toBe(before);
    connection.send('one');
    socket.acknowledge('send', 1);
    socket.say(said(1));
    expect(state()).toMatchObject({ outgoing: [], messages: [{ id: 1 }] });
  });
});

describe('closing', () => {
  it('by a signal that has aborted before opens nothing', async () => {
    const { state } = connect({ signal: AbortSignal.abort() });
    expect(state().phase.name).toBe('ended');
    await settle(60_000);
    expect(PlayedSocket.opened).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by a signal before the line stands, or later', async () => {
    const leaving = new AbortController();
    const first = connect({ signal: leaving.signal });
    const second = await live({ signal: leaving.signal });
    leaving.abort();
    expect([first.state().phase.name, second.state().phase.name]).toEqual(['ended', 'ended']);
    await settle(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('listens to the signal no longer', async () => {
    const leaving = new AbortController();
    const added = vi.spyOn(leaving.signal, 'addEventListener');
    const { connection } = await live({ signal: leaving.signal });
    connection.close();
    const [, , options] = added.mock.calls[0] ?? [];
    expect(options).toMatchObject({ signal: { aborted: true } });
  });

  it('in the middle of a pause opens nothing more', async () => {
    const { connection, socket } = await live();
    socket.end(4429, 'Flooding: come back in 10 s');
    connection.close();
    await settle(60_000);
    expect(PlayedSocket.opened).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of a line that was cut, as soon as it is, opens nothing more', async () => {
    const played = await live({ onState: ({ phase }) => phase.name === 'reconnecting' && played.connection.close() });
    played.socket.cut();
    await settle(60_000);
    expect(PlayedSocket.opened).toHaveLength(1);
    expect(played.state().phase.name).toBe('ended');
  });
});

describe('typing', () => {
  it('is told now and then while it goes on, and ends by itself', async () => {
    const { connection, socket } = await live();
    const told = () => socket.asked('typing').map(({ on }) => on);
    for (let key = 0; key < 40; key++) {
      connection.typing(true);
      await settle(100);
    }
    expect(told()).toEqual([true, true]);
    await settle(5_000);
    expect(told()).toEqual([true, true, false]);
    connection.typing(false);
    expect(told()).toHaveLength(3);
  });

  it('ends with the message, and with the text', async () => {
    const { connection, socket } = await live();
    connection.typing(true);
    connection.send('one');
    connection.typing(true);
    connection.typing(false);
    expect(socket.heard.slice(1).map(({ type, on }) => [type, on])).toEqual([
      ['typing', true],
      ['typing', false],
      ['send', undefined],
      ['typing', true],
      ['typing', false],
    ]);
  });

  it('is told at once after a loss, and not while the line is gone', async () => {
    const { connection, socket } = await live();
    connection.typing(true);
    socket.cut();
    connection.typing(true);
    const next = await socketNumber(2);
    next.open();
    connection.typing(true);
    expect(next.asked('typing')).toEqual([]);
    next.say(ready({ recovered: true }));
    connection.typing(true);
    expect(next.asked('typing')).toHaveLength(1);
  });

  it('of others is seen until they stop, write, leave, or say nothing more of it', async () => {
    const { state, socket } = await live();
    const types = (on: boolean) => socket.say({ type: 'typing', participant: bob, on });
    const names = () => state().typing.map(({ participant }) => participant.name);
    types(true);
    expect(names()).toEqual(['bob']);
    types(false);
    expect(names()).toEqual([]);
    types(true);
    socket.say(said(1));
    expect(names()).toEqual([]);
    types(true);
    socket.say({ type: 'presence', participantCount: 1, left: [bob] });
    expect(names()).toEqual([]);
    types(true);
    await settle(5_000);
    types(true);
    await settle(5_900);
    expect(names()).toEqual(['bob']);
    await settle(200);
    expect(names()).toEqual([]);
    types(true);
    socket.cut();
    expect(names()).toEqual([]);
  });

  it('of oneself, in another window, is not seen', async () => {
    const { state, socket } = await live();
    const { self } = state();
    if (!self) throw new Error('a viewer');
    socket.say({ type: 'typing', participant: self, on: true });
    expect(state().typing).toEqual([]);
  });
});

describe('reading', () => {
  it('moves forward only, and is told once', async () => {
    const { connection, state, socket } = await live({}, { reading: { messageId: 3, unread: 2 } });
    for (const messageId of [2, 5, 4, 5]) connection.read(messageId);
    expect(socket.asked('read')).toEqual([{ type: 'read', messageId: 5 }]);
    expect(state().reading?.messageId).toBe(5);
    socket.say({ type: 'read', id: bob.id, messageId: 4 });
    expect(state().marks).toEqual({ [bob.id]: 4 });
  });
});
