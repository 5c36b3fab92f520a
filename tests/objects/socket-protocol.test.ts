/** The WebSocket protocol: authentication, replies, limits and close codes. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, makeRoom, participantCount, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { connect, joinRoom, openRoom } from '../support/pool/sockets.ts';
import { alarmOf } from '../support/pool/storage.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('authentication', () => {
  it('replies to auth with ready, which contains the state of the room', async () => {
    const { link, alice } = await openRoom('alice');
    alice.send({ type: 'send', clientId: 'a', text: 'hello' });
    const message = await alice.next('message');
    const bob = await connect(link);
    const { content: room } = await call<RoomView>('GET', `/chat/${link}`);
    const { content: page } = await call<MessagePage>('GET', `/chat/${link}/messages`);
    const ready = await bob.auth({ ref: 'r', token: 'bob-token', name: 'bob' });
    const { isAdmin: _, ...info } = room;
    expect(ready).toEqual({
      type: 'ready',
      ref: 'r',
      participant: { id: expect.stringMatching(/^t:/), name: 'bob', role: 'member' },
      role: 'member',
      room: { ...info, participantCount: 2 },
      locked: false,
      slowSeconds: 0,
      epoch: page.epoch,
      rev: 1,
      floor: 1,
      recovered: false,
      messages: [{ ...page.messages[0] }],
      participants: expect.arrayContaining([message.author, ready.participant]),
      limits: { messageLength: 4_000, nameLength: 40, frameBytes: 32_768, pageSizeMax: 100, typingMs: 6_000 },
      reading: { messageId: 0, unread: 1 },
      marks: [],
    });
    expect(ready.participants).toHaveLength(2);
  });

  it('allows a viewer to read and receive but not to post', async () => {
    const { link, alice } = await openRoom('alice');
    const viewer = await connect(link);
    expect(await viewer.auth()).toMatchObject({ participant: null, role: 'viewer' });
    alice.send({ type: 'send', clientId: 'a', text: 'hello' });
    expect((await viewer.next('message')).text).toBe('hello');
    viewer.send({ type: 'send', ref: 1, clientId: 'v', text: 'me too' });
    expect(await viewer.next('error')).toEqual({
      type: 'error',
      ref: 1,
      statusCode: 401,
      error: 'Unauthorized: A token is required',
    });
  });

  it('broadcasts nothing to a socket before its ready', async () => {
    const { link, alice } = await openRoom('alice');
    const silent = await connect(link);
    alice.send({ type: 'send', clientId: 'a', text: 'hello' });
    await alice.next('message');
    const ready = await silent.auth({ token: 'silent' });
    expect(silent.received[0]?.type).toBe('ready');
    expect(ready.messages.map((message) => message.text)).toEqual(['hello']);
    alice.send({ type: 'send', clientId: 'b', text: 'again' });
    expect((await silent.next('message')).text).toBe('again');
  });

  it('gives the admin and operator roles for adminToken', async () => {
    const link = await makeRoom();
    const roleBy = async (auth: Record<string, unknown>) => (await (await connect(link)).auth(auth)).role;
    expect(await roleBy({ token: 'a', adminToken })).toBe('admin');
    expect(await roleBy({ adminToken })).toBe('admin');
    expect(await roleBy({ token: 'a', adminToken: 'operator-secret' })).toBe('operator');
    expect(await roleBy({ token: adminToken })).toBe('member');
  });

  it.each([
    ['a wrong admin token', { token: 'a', adminToken: 'wrong' }, 403],
    ['a forged token', { token: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln' }, 401],
  ])('refuses %s and closes with 4401', async (_, auth, statusCode) => {
    const socket = await connect(await makeRoom());
    socket.send({ type: 'auth', ...auth });
    expect((await socket.next('error')).statusCode).toBe(statusCode);
    expect((await socket.closed).code).toBe(4401);
  });

  it('accepts and closes a socket at a link without a room, with 4404', async () => {
    for (const link of ['no-such-room', 'new', 'a%20b', 'a'.repeat(65)]) {
      const socket = await connect(link);
      expect(await socket.closed).toEqual({ code: 4404, reason: 'Chat not found' });
    }
  });

  it('refuses other frames before auth', async () => {
    const socket = await connect(await makeRoom());
    socket.send({ type: 'history', ref: 3 });
    expect(await socket.next('error')).toMatchObject({ ref: 3, statusCode: 401 });
    expect((await socket.auth()).role).toBe('viewer');
  });

  it.each([false, true])(
    'closes a socket with 4408 that sends no auth within 10 s (evicted in between: %s)',
    async (evicted) => {
      const link = await makeRoom();
      const room = await roomObject(link);
      const [silent, quick] = [await connect(link), await joinRoom(link, 'quick')];
      const due = await alarmOf(link);
      expect((due ?? 0) - Date.now()).toBeLessThanOrEqual(10_000);
      if (evicted) await evictDurableObject(room);
      await runAlarmAfter(link, 10_001);
      expect(await silent.closed).toEqual({ code: 4408, reason: 'No auth frame in time' });
      quick.send({ type: 'ping', ref: 1 });
      expect(await quick.next('pong')).toEqual({ type: 'pong', ref: 1 });
    },
  );
});

describe('an auth that cannot be stored', () => {
  it('closes the socket with 1011, does not count it, and the client can connect again', async () => {
    const { link, alice } = await openRoom('alice');
    await alice.next('presence');
    await runAlarmAfter(link, 8_000);
    const bob = await connect(link);
    await withFault(link, 'BEFORE UPDATE ON outbox', async () => {
      bob.send({ type: 'auth', ref: 1, token: 'bob-token', name: 'bob' });
      expect(await bob.next('error')).toMatchObject({ ref: 1, statusCode: 500 });
      expect((await bob.closed).code).toBe(1011);
    });
    expect(await participantCount(link)).toBe(1);
    await joinRoom(link, 'bob');
    expect((await alice.next('presence')).joined).toMatchObject([{ name: 'bob' }]);
  });
});

describe('a second auth', () => {
  it('updates the name and role of the same participant, and broadcasts them', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    const again = await alice.auth({ token: 'alice-token', name: 'アリス', adminToken });
    expect(again).toMatchObject({ role: 'admin', recovered: true, messages: [] });
    const presence = await bob.presence(({ joined }) => joined?.some(({ role }) => role === 'admin'));
    expect(presence.participantCount).toBe(2);
    expect(presence.joined).toContainEqual({ ...again.participant, name: 'アリス', role: 'admin' });
  });

  it('without a name keeps the name', async () => {
    const { alice } = await openRoom('alice');
    expect((await alice.auth({ token: 'alice-token' })).participant?.name).toBe('alice');
  });

  it('turns a viewer into a member, who counts once', async () => {
    const { link, alice } = await openRoom('alice');
    const guest = await joinRoom(link);
    await guest.auth({ token: 'guest-token', name: 'guest' });
    expect(await participantCount(link)).toBe(2);
    const presence = await alice.presence(({ joined }) => joined?.[0]?.name === 'guest');
    expect(presence.participantCount).toBe(2);
  });

  it.each([
    ['another participant', { token: 'mallory-token' }],
    ['a viewer', {}],
  ])('as %s is refused, and the socket is closed with 4401', async (_, auth) => {
    const { alice } = await openRoom('alice');
    alice.send({ type: 'auth', ...auth });
    expect((await alice.next('error')).statusCode).toBe(401);
    expect((await alice.closed).code).toBe(4401);
  });
});

describe('bad frames', () => {
  it.each([
    ['text that is not JSON', 'hello', 'Invalid JSON'],
    ['a number', '5', 'body must be an object'],
    ['null', 'null', 'body must be an object'],
    ['no type', {}, 'Missing required fields: type'],
    ['an unknown type', { type: 'shout' }, 'type must be'],
    ['a type of another kind', { type: 5 }, 'type must be'],
    ['no text', { type: 'send', clientId: 'a' }, 'Missing required fields: text'],
    ['an empty text', { type: 'send', clientId: 'a', text: '' }, 'Missing required fields: text'],
    ['a text over its limit', { type: 'send', clientId: 'a', text: 'x'.repeat(4_001) }, 'text must be at most 4000'],
    ['a clientId that is a list', { type: 'send', clientId: [1], text: 'x' }, 'clientId must be a string'],
    ['a limit of zero', { type: 'history', limit: 0 }, 'limit must be at least 1'],
    ['another version', { type: 'auth', v: 2 }, 'v must be 1'],
    ['a negative rev', { type: 'auth', resume: { epoch: 'x', rev: -1 } }, 'resume.rev'],
    ['a __proto__ field', '{"type":"send","__proto__":{"clientId":"a","text":"x"}}', 'clientId, text'],
  ])('such as %s get an error frame and do not affect others', async (_, frame, text) => {
    const { alice, bob } = await openRoom('alice', 'bob');
    alice.send(frame);
    const error = await alice.next('error');
    expect(error.statusCode).toBe(400);
    expect(error.error).toContain(text);
    alice.send({ type: 'send', clientId: 'after', text: 'still here' });
    expect((await bob.next('message')).text).toBe('still here');
  });

  it('get an error with their ref if it can be read', async () => {
    const { alice } = await openRoom('alice');
    alice.send({ type: 'send', ref: 'mine' });
    expect((await alice.next('error')).ref).toBe('mine');
    alice.send({ type: 'send', ref: { odd: true }, clientId: 'a', text: 'x' });
    expect(await alice.next('error')).not.toHaveProperty('ref');
  });

  it.each([false, true])('twenty in a row close the socket with 4400 (evicted in between: %s)', async (evicted) => {
    const { link, alice } = await openRoom('alice');
    const bad = async (times: number) => {
      for (let turn = 0; turn < times; turn++) {
        alice.send('bad');
        await alice.next('error');
      }
    };
    await bad(19);
    alice.send({ type: 'ping', ref: 1 });
    await alice.next('pong');
    await bad(10);
    if (evicted) await evictDurableObject(await roomObject(link));
    await bad(10);
    expect(await alice.closed).toEqual({ code: 4400, reason: 'Too many bad frames' });
  });

  it('that are binary close the socket with 4400', async () => {
    const { alice } = await openRoom('alice');
    alice.sendBytes(new Uint8Array([1, 2, 3]));
    expect(await alice.closed).toEqual({ code: 4400, reason: 'Frames must be JSON text' });
  });

  it('over 32 KiB of UTF-8 close the socket with 4413, and its leaving is broadcast', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    await bob.auth({ token: 'bob-token', name: 'bob' });
    alice.send({ type: 'send', clientId: 'a', text: '語'.repeat(11_000) });
    expect(await alice.closed).toEqual({ code: 4413, reason: 'Frame too large' });
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ name: 'alice' }]);
  });
});

describe('frames', () => {
  it('ping without a ref is answered by the runtime, and with a ref by the room', async () => {
    const { alice } = await openRoom('alice');
    alice.send('{"type":"ping"}');
    expect(await alice.next('pong')).toEqual({ type: 'pong' });
    alice.send({ type: 'ping', ref: 'p' });
    expect(await alice.next('pong')).toEqual({ type: 'pong', ref: 'p' });
  });

  it('with unknown fields are accepted', async () => {
    const { alice } = await openRoom('alice');
    alice.send({ type: 'send', clientId: 'a', text: 'x', colour: 'red' });
    expect((await alice.next('ack')).duplicate).toBe(false);
  });

  it('history returns the requested page, also to viewers', async () => {
    const { link, alice } = await openRoom('alice');
    for (let turn = 1; turn <= 5; turn++) alice.send({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    for (let turn = 1; turn <= 5; turn++) await alice.next('ack');
    const viewer = await joinRoom(link);
    viewer.send({ type: 'history', ref: 'h', before: 4, limit: 2 });
    const page = await viewer.next('history');
    expect(page.messages.map((message) => message.id)).toEqual([2, 3]);
    expect(page).toMatchObject({ ref: 'h', rev: 5, floor: 1 });
  });

  it('room is broadcast when metadata changes', async () => {
    const { link, alice } = await openRoom('alice');
    const { content } = await call<RoomView>('PUT', '/chat/update', {
      token: adminToken,
      link,
      content: { title: '改題' },
    });
    const { isAdmin: _, ...info } = content;
    expect(await alice.next('room')).toEqual({
      type: 'room',
      room: info,
      floor: 1,
      locked: false,
      slowSeconds: 0,
    });
  });

  it('batch combines frames for clients that requested it', async () => {
    const { link, alice } = await openRoom('alice');
    const batching = await joinRoom(link, 'bob', { batch: true });
    const plain = await joinRoom(link, 'carol');
    for (let turn = 1; turn <= 20; turn++) alice.send({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    for (let turn = 1; turn <= 20; turn++) await plain.next('message');
    const delivered = batching.received.flatMap((frame) => (frame.type === 'batch' ? frame.frames : [frame]));
    const revs = (frames: typeof delivered) => frames.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs(delivered)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(batching.received.some((frame) => frame.type === 'batch')).toBe(true);
    expect(plain.received.some((frame) => frame.type === 'batch')).toBe(false);
  });

  it('sent while a socket authenticates are delivered once, in ready or after it', async () => {
    const { link, alice } = await openRoom('alice');
    const late = await connect(link);
    for (let turn = 1; turn <= 5; turn++) alice.send({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    late.send({ type: 'auth', token: 'late' });
    const ready = await late.next('ready');
    alice.send({ type: 'send', clientId: 'last', text: 'last' });
    while ((await late.next('message')).text !== 'last');
    const revs = late.received.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs).toEqual(Array.from({ length: 6 - ready.rev }, (_, index) => ready.rev + 1 + index));
  });

  it('reach all other sockets after one has closed', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const ghost = await joinRoom(link, 'ghost');
    ghost.close();
    alice.send({ type: 'send', clientId: 'a', text: 'anyone?' });
    expect((await bob.next('message')).text).toBe('anyone?');
  });
});

describe('a socket that the room closed', () => {
  it('does not count any more, also after an eviction', async () => {
    const { link, alice } = await openRoom('alice');
    const bob = await joinRoom(link, 'bob');
    bob.sendBytes(new Uint8Array([1]));
    await evictDurableObject(await roomObject(link));
    expect(await participantCount(link)).toBe(1);
    alice.close();
  });
});

describe('a room that is deleted', () => {
  it.each([false, true])('closes its sockets with 4410 (evicted before: %s)', async (evicted) => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    if (evicted) await evictDurableObject(await roomObject(link));
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    expect(await alice.closed).toEqual({ code: 4410, reason: 'Chat deleted' });
    expect((await bob.closed).code).toBe(4410);
  });
});
