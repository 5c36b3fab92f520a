/** Listeners of a connection, closing it, typing, reading, and malformed frames. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeConnections, connect, FakeSocket, live, settle, socketNumber, useFakeTimers } from './fake-socket.ts';
import { bob, message, ready } from './frames.ts';

beforeEach(useFakeTimers);
afterEach(closeConnections);

const messageFrame = (rev: number) => ({ type: 'message' as const, ...message(rev) });

describe('a listener', () => {
  it('that throws is reported, and the connection continues', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const error = new Error('of the page');
    const onState = () => {
      throw error;
    };
    const { connection, state, socket } = await live({ onState, onFrame: onState });
    const one = connection.send('one');
    connection.send('two');
    socket.acknowledge('send', 1);
    socket.receive(messageFrame(1));
    expect(await one.stored).toMatchObject({ messageId: 1 });
    expect(socket.sentOf('send').map(({ text }) => text)).toEqual(['one', 'two']);
    expect(state().messages).toHaveLength(1);
    expect(reported).toHaveBeenCalledWith(error);
    reported.mockRestore();
  });

  it('may close in the middle of a batch, which stops there', async () => {
    const states: string[] = [];
    const connected = await live({
      token: async () => 'token',
      onState: ({ phase, messages }) => {
        states.push(`${phase.name} ${messages.length}`);
        if (messages.length === 2) connected.connection.close();
      },
    });
    const { connection, socket } = connected;
    const { stored } = connection.send('one');
    socket.receive({ type: 'batch', frames: [messageFrame(1), messageFrame(2), messageFrame(3)] });
    await expect(stored).rejects.toThrow('Left');
    expect(states.slice(-3)).toEqual(['live 1', 'live 2', 'ended 2']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that closes on ready leaves no timer and sends nothing more', async () => {
    const connected = connect({
      token: () => 'token',
      onState: ({ phase }) => phase.name === 'live' && connected.connection.close(),
    });
    connected.connection.send('one');
    const socket = await socketNumber(1);
    socket.open();
    await settle();
    socket.receive(ready({ expiresAt: Date.now() + 60_000 }));
    expect(connected.state().phase).toEqual({ name: 'ended', code: 1000, reason: 'Left' });
    expect(socket.sentOf('send')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that closes on an ack still resolves stored', async () => {
    const connected = await live({ onFrame: ({ type }) => type === 'ack' && connected.connection.close() });
    const { stored } = connected.connection.send('one');
    connected.socket.acknowledge('send', 1);
    expect(await stored).toMatchObject({ messageId: 1 });
  });
});

describe('a received text', () => {
  it('that is no frame, or one of a later version, changes nothing', async () => {
    const { connection, state, socket } = await live();
    const before = state();
    for (const text of ['', 'no JSON', 'null', '7', '[]', '{}', '{"type":7}', '{"type":"batch"}', '{"type":"later"}']) {
      socket.receiveText(text);
    }
    expect(state()).toBe(before);
    connection.send('one');
    socket.acknowledge('send', 1);
    socket.receive(messageFrame(1));
    expect(state()).toMatchObject({ outgoing: [], messages: [{ id: 1 }] });
  });
});

describe('closing', () => {
  it('by a signal that has aborted before opens no socket', async () => {
    const { state } = connect({ signal: AbortSignal.abort() });
    expect(state().phase.name).toBe('ended');
    await settle(60_000);
    expect(FakeSocket.opened).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by a signal works before the socket opens and after', async () => {
    const aborter = new AbortController();
    const first = connect({ signal: aborter.signal });
    const second = await live({ signal: aborter.signal });
    aborter.abort();
    expect([first.state().phase.name, second.state().phase.name]).toEqual(['ended', 'ended']);
    await settle(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('removes the listener from the signal', async () => {
    const aborter = new AbortController();
    const added = vi.spyOn(aborter.signal, 'addEventListener');
    const { connection } = await live({ signal: aborter.signal });
    connection.close();
    const [, , options] = added.mock.calls[0] ?? [];
    expect(options).toMatchObject({ signal: { aborted: true } });
  });

  it('during the retry delay opens no socket', async () => {
    const { connection, socket } = await live();
    socket.closeWith(4429, 'Flooding: come back in 10 s');
    connection.close();
    await settle(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('by a listener at the moment of the loss opens no socket', async () => {
    const connected = await live({
      onState: ({ phase }) => phase.name === 'reconnecting' && connected.connection.close(),
    });
    connected.socket.breakConnection();
    await settle(60_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(connected.state().phase.name).toBe('ended');
  });
});

describe('typing', () => {
  it('is sent every few seconds while it goes on, and stops by itself', async () => {
    const { connection, socket } = await live();
    const sent = () => socket.sentOf('typing').map(({ on }) => on);
    for (let key = 0; key < 40; key++) {
      connection.typing(true);
      await settle(100);
    }
    expect(sent()).toEqual([true, true]);
    await settle(5_000);
    expect(sent()).toEqual([true, true, false]);
    connection.typing(false);
    expect(sent()).toHaveLength(3);
  });

  it('stops when the message is sent, and when the text is cleared', async () => {
    const { connection, socket } = await live();
    connection.typing(true);
    connection.send('one');
    connection.typing(true);
    connection.typing(false);
    expect(socket.sent.slice(1).map(({ type, on }) => [type, on])).toEqual([
      ['typing', true],
      ['typing', false],
      ['send', undefined],
      ['typing', true],
      ['typing', false],
    ]);
  });

  it('is sent at once after a reconnect, and not while the connection is lost', async () => {
    const { connection, socket } = await live();
    connection.typing(true);
    socket.breakConnection();
    connection.typing(true);
    const next = await socketNumber(2);
    next.open();
    connection.typing(true);
    expect(next.sentOf('typing')).toEqual([]);
    next.receive(ready({ recovered: true }));
    connection.typing(true);
    expect(next.sentOf('typing')).toHaveLength(1);
  });

  it('of others is shown until they stop, send, leave, or it expires', async () => {
    const { state, socket } = await live();
    const types = (on: boolean) => socket.receive({ type: 'typing', participant: bob, on });
    const names = () => state().typing.map(({ participant }) => participant.name);
    types(true);
    expect(names()).toEqual(['bob']);
    types(false);
    expect(names()).toEqual([]);
    types(true);
    socket.receive(messageFrame(1));
    expect(names()).toEqual([]);
    types(true);
    socket.receive({ type: 'presence', participantCount: 1, left: [bob] });
    expect(names()).toEqual([]);
    types(true);
    await settle(5_000);
    types(true);
    await settle(5_900);
    expect(names()).toEqual(['bob']);
    await settle(200);
    expect(names()).toEqual([]);
    types(true);
    socket.breakConnection();
    expect(names()).toEqual([]);
  });

  it('of the same participant in another window is not shown', async () => {
    const { state, socket } = await live();
    const { self } = state();
    if (!self) throw new Error('a viewer');
    socket.receive({ type: 'typing', participant: self, on: true });
    expect(state().typing).toEqual([]);
  });
});

describe('reading', () => {
  it('moves the marker forward only, and sends each position once', async () => {
    const { connection, state, socket } = await live({}, { reading: { messageId: 3, unread: 2 } });
    for (const messageId of [2, 5, 4, 5]) connection.read(messageId);
    expect(socket.sentOf('read')).toEqual([{ type: 'read', messageId: 5 }]);
    expect(state().reading?.messageId).toBe(5);
    socket.receive({ type: 'read', id: bob.id, messageId: 4 });
    expect(state().marks).toEqual({ [bob.id]: 4 });
  });
});
