/** The protocol of the socket: who is let in, what is answered, and what a bad frame costs. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MessagePage } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { pass } from '../support/pool/clock.ts';
import { breaking } from '../support/pool/faults.ts';
import { connect, enter, openRoom } from '../support/pool/sockets.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('entering', () => {
  it('answers auth with ready, which holds all a client needs', async () => {
    const { link, alice } = await openRoom('alice');
    alice.say({ type: 'send', clientId: 'a', text: 'hello' });
    const message = await alice.next('message');
    const bob = await connect(link);
    const { content: room } = await call<RoomView>('GET', `/chat/${link}`);
    const { content: page } = await call<MessagePage>('GET', `/chat/${link}/messages`);
    const ready = await bob.enter({ ref: 'r', token: 'bob-token', name: 'bob' });
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

  it('lets a viewer read and receive, but not post', async () => {
    const { link, alice } = await openRoom('alice');
    const viewer = await connect(link);
    expect(await viewer.enter()).toMatchObject({ participant: null, role: 'viewer' });
    alice.say({ type: 'send', clientId: 'a', text: 'hello' });
    expect((await viewer.next('message')).text).toBe('hello');
    viewer.say({ type: 'send', ref: 1, clientId: 'v', text: 'me too' });
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
    alice.say({ type: 'send', clientId: 'a', text: 'hello' });
    await alice.next('message');
    const ready = await silent.enter({ token: 'silent' });
    expect(silent.heard[0]?.type).toBe('ready');
    expect(ready.messages.map((message) => message.text)).toEqual(['hello']);
    alice.say({ type: 'send', clientId: 'b', text: 'again' });
    expect((await silent.next('message')).text).toBe('again');
  });

  it('gives the admin’s and the operator’s role by adminToken', async () => {
    const link = await makeRoom();
    const roleBy = async (auth: Record<string, unknown>) => (await (await connect(link)).enter(auth)).role;
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
    socket.say({ type: 'auth', ...auth });
    expect((await socket.next('error')).statusCode).toBe(statusCode);
    expect((await socket.closed).code).toBe(4401);
  });

  it('accepts and closes a socket to no room, with 4404', async () => {
    for (const link of ['no-such-room', 'new', 'a%20b', 'a'.repeat(65)]) {
      const socket = await connect(link);
      expect(await socket.closed).toEqual({ code: 4404, reason: 'Chat not found' });
    }
  });

  it('wants auth first', async () => {
    const socket = await connect(await makeRoom());
    socket.say({ type: 'history', ref: 3 });
    expect(await socket.next('error')).toMatchObject({ ref: 3, statusCode: 401 });
    expect((await socket.enter()).role).toBe('viewer');
  });

  it.each([false, true])('closes with 4408 who says nothing for 10 s (evicted meanwhile: %s)', async (evicted) => {
    const link = await makeRoom();
    const room = await roomObject(link);
    const [silent, quick] = [await connect(link), await enter(link, 'quick')];
    const due = await runInDurableObject(room, (_, state) => state.storage.getAlarm());
    expect((due ?? 0) - Date.now()).toBeLessThanOrEqual(10_000);
    if (evicted) await evictDurableObject(room);
    await pass(link, 10_001);
    expect(await silent.closed).toEqual({ code: 4408, reason: 'No auth frame in time' });
    quick.say({ type: 'ping', ref: 1 });
    expect(await quick.next('pong')).toEqual({ type: 'pong', ref: 1 });
  });
});

describe('an auth that cannot be stored', () => {
  it('closes the socket, which comes back, and counts nobody', async () => {
    const { link, alice } = await openRoom('alice');
    await alice.next('presence');
    await pass(link, 8_000);
    const bob = await connect(link);
    await breaking(link, 'BEFORE UPDATE ON outbox', async () => {
      bob.say({ type: 'auth', ref: 1, token: 'bob-token', name: 'bob' });
      expect(await bob.next('error')).toMatchObject({ ref: 1, statusCode: 500 });
      expect((await bob.closed).code).toBe(1011);
    });
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(1);
    await enter(link, 'bob');
    expect((await alice.next('presence')).joined).toMatchObject([{ name: 'bob' }]);
  });
});

describe('saying auth again', () => {
  it('refreshes the name and role of the same person, and tells the others', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    const again = await alice.enter({ token: 'alice-token', name: 'アリス', adminToken });
    expect(again).toMatchObject({ role: 'admin', recovered: true, messages: [] });
    const told = await bob.presence(({ joined }) => joined?.some(({ role }) => role === 'admin'));
    expect(told.participantCount).toBe(2);
    expect(told.joined).toContainEqual({ ...again.participant, name: 'アリス', role: 'admin' });
  });

  it('without a name keeps the one they had', async () => {
    const { alice } = await openRoom('alice');
    expect((await alice.enter({ token: 'alice-token' })).participant?.name).toBe('alice');
  });

  it('lets a viewer say who they are, without counting them twice', async () => {
    const { link, alice } = await openRoom('alice');
    const guest = await enter(link);
    await guest.enter({ token: 'guest-token', name: 'guest' });
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(2);
    const told = await alice.presence(({ joined }) => joined?.[0]?.name === 'guest');
    expect(told.participantCount).toBe(2);
  });

  it.each([
    ['another person', { token: 'mallory-token' }],
    ['nobody', {}],
  ])('as %s is refused and closed with 4401', async (_, auth) => {
    const { alice } = await openRoom('alice');
    alice.say({ type: 'auth', ...auth });
    expect((await alice.next('error')).statusCode).toBe(401);
    expect((await alice.closed).code).toBe(4401);
  });
});

describe('bad frames', () => {
  it.each([
    ['no JSON', 'hello', 'Invalid JSON'],
    ['a number', '5', 'body must be an object'],
    ['null', 'null', 'body must be an object'],
    ['no type', {}, 'Missing required fields: type'],
    ['an unknown type', { type: 'shout' }, 'type must be'],
    ['a type of another kind', { type: 5 }, 'type must be'],
    ['no text', { type: 'send', clientId: 'a' }, 'Missing required fields: text'],
    ['an empty text', { type: 'send', clientId: 'a', text: '' }, 'Missing required fields: text'],
    ['a text over its limit', { type: 'send', clientId: 'a', text: 'x'.repeat(4_001) }, 'text must be at most 4000'],
    ['a clientId that is a list', { type: 'send', clientId: [1], text: 'x' }, 'clientId must be a string'],
    ['a limit of none', { type: 'history', limit: 0 }, 'limit must be at least 1'],
    ['another version', { type: 'auth', v: 2 }, 'v must be 1'],
    ['a negative rev', { type: 'auth', resume: { epoch: 'x', rev: -1 } }, 'resume.rev'],
    [
      'keys that would reach the prototype',
      '{"type":"send","__proto__":{"clientId":"a","text":"x"}}',
      'clientId, text',
    ],
  ])('such as %s get an error frame, and the room goes on', async (_, frame, text) => {
    const { alice, bob } = await openRoom('alice', 'bob');
    alice.say(frame);
    const error = await alice.next('error');
    expect(error.statusCode).toBe(400);
    expect(error.error).toContain(text);
    alice.say({ type: 'send', clientId: 'after', text: 'still here' });
    expect((await bob.next('message')).text).toBe('still here');
  });

  it('bear the ref of the frame they answer, if that much can be read', async () => {
    const { alice } = await openRoom('alice');
    alice.say({ type: 'send', ref: 'mine' });
    expect((await alice.next('error')).ref).toBe('mine');
    alice.say({ type: 'send', ref: { odd: true }, clientId: 'a', text: 'x' });
    expect(await alice.next('error')).not.toHaveProperty('ref');
  });

  it.each([false, true])('twenty in a row close with 4400 (evicted between: %s)', async (evicted) => {
    const { link, alice } = await openRoom('alice');
    const bad = async (times: number) => {
      for (let turn = 0; turn < times; turn++) {
        alice.say('bad');
        await alice.next('error');
      }
    };
    await bad(19);
    alice.say({ type: 'ping', ref: 1 });
    await alice.next('pong');
    await bad(10);
    if (evicted) await evictDurableObject(await roomObject(link));
    await bad(10);
    expect(await alice.closed).toEqual({ code: 4400, reason: 'Too many bad frames' });
  });

  it('of bytes close with 4400', async () => {
    const { alice } = await openRoom('alice');
    alice.sayBytes(new Uint8Array([1, 2, 3]));
    expect(await alice.closed).toEqual({ code: 4400, reason: 'Frames must be JSON text' });
  });

  it('over 32 KiB of UTF-8 close with 4413, and the others hear that they left', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    await bob.enter({ token: 'bob-token', name: 'bob' });
    alice.say({ type: 'send', clientId: 'a', text: '語'.repeat(11_000) });
    expect(await alice.closed).toEqual({ code: 4413, reason: 'Frame too large' });
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ name: 'alice' }]);
  });
});

describe('frames', () => {
  it('ping is answered by the runtime to the letter, and by the room with a ref', async () => {
    const { alice } = await openRoom('alice');
    alice.say('{"type":"ping"}');
    expect(await alice.next('pong')).toEqual({ type: 'pong' });
    alice.say({ type: 'ping', ref: 'p' });
    expect(await alice.next('pong')).toEqual({ type: 'pong', ref: 'p' });
  });

  it('unknown fields are ignored', async () => {
    const { alice } = await openRoom('alice');
    alice.say({ type: 'send', clientId: 'a', text: 'x', colour: 'red' });
    expect((await alice.next('ack')).duplicate).toBe(false);
  });

  it('history gives the page that was asked for, to viewers too', async () => {
    const { link, alice } = await openRoom('alice');
    for (let turn = 1; turn <= 5; turn++) alice.say({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    for (let turn = 1; turn <= 5; turn++) await alice.next('ack');
    const viewer = await enter(link);
    viewer.say({ type: 'history', ref: 'h', before: 4, limit: 2 });
    const page = await viewer.next('history');
    expect(page.messages.map((message) => message.id)).toEqual([2, 3]);
    expect(page).toMatchObject({ ref: 'h', rev: 5, floor: 1 });
  });

  it('room tells of changed metadata', async () => {
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

  it('batch gathers what is due at once, for clients that asked for it', async () => {
    const { link, alice } = await openRoom('alice');
    const batching = await enter(link, 'bob', { batch: true });
    const plain = await enter(link, 'carol');
    for (let turn = 1; turn <= 20; turn++) alice.say({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    for (let turn = 1; turn <= 20; turn++) await plain.next('message');
    const gathered = batching.heard.flatMap((frame) => (frame.type === 'batch' ? frame.frames : [frame]));
    const revs = (frames: typeof gathered) => frames.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs(gathered)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(batching.heard.some((frame) => frame.type === 'batch')).toBe(true);
    expect(plain.heard.some((frame) => frame.type === 'batch')).toBe(false);
  });

  it('that were on their way when a socket becomes ready come to it once, in ready', async () => {
    const { link, alice } = await openRoom('alice');
    const late = await connect(link);
    for (let turn = 1; turn <= 5; turn++) alice.say({ type: 'send', clientId: `${turn}`, text: `${turn}` });
    late.say({ type: 'auth', token: 'late' });
    const ready = await late.next('ready');
    alice.say({ type: 'send', clientId: 'last', text: 'last' });
    while ((await late.next('message')).text !== 'last');
    const revs = late.heard.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs).toEqual(Array.from({ length: 6 - ready.rev }, (_, index) => ready.rev + 1 + index));
  });

  it('reach everyone else when one socket has gone', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const ghost = await enter(link, 'ghost');
    ghost.close();
    alice.say({ type: 'send', clientId: 'a', text: 'anyone?' });
    expect((await bob.next('message')).text).toBe('anyone?');
  });
});

describe('a socket that the room closed', () => {
  it('is nobody any more, after an eviction too', async () => {
    const { link, alice } = await openRoom('alice');
    const bob = await enter(link, 'bob');
    bob.sayBytes(new Uint8Array([1]));
    await evictDurableObject(await roomObject(link));
    expect((await call<RoomView>('GET', `/chat/${link}`)).content.participantCount).toBe(1);
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
