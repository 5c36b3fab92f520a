/** Invitations to a private room: equivalent to its key until they expire or the key changes, if not altered. */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../shared/message.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { joinKey, joinKeyHeader, makePrivateRoom } from '../support/pool/private-rooms.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';

interface Issued {
  invitation: string;
  expiresAt: number;
}

const invite = (link: string, request: Record<string, unknown> = {}, token: string | undefined = adminToken) =>
  call<Issued>('POST', `/chat/${link}/invitations`, { token, ...request });

const read = (link: string, key: string) => call('GET', `/chat/${link}`, undefined, joinKeyHeader(key));

const expired = 'Forbidden: The invitation has expired';
const day = 24 * 60 * 60_000;

afterEach(() => {
  vi.useRealTimers();
});

it('gives access over both transports for a week, before and after an eviction', async () => {
  setClock(Date.now());
  const link = await makePrivateRoom();
  const { status, content } = await invite(link);
  expect([status, content.expiresAt]).toEqual([201, Date.now() + 7 * day]);
  const { invitation } = content;
  for (const evicted of [false, true]) {
    if (evicted) await evictDurableObject(await roomObject(link));
    expect((await read(link, invitation)).status).toBe(200);
    await joinRoom(link, 'friend', { joinKey: invitation });
    const body = { token: 'friend-token', clientId: `${evicted}`, text: 'x', joinKey: invitation };
    expect((await call('POST', `/chat/${link}/messages`, body)).status).toBe(201);
  }
  setClock(content.expiresAt - 1);
  expect((await read(link, invitation)).status).toBe(200);
});

it('once expired is refused with that reason; connected participants stay and can send auth again', async () => {
  setClock(Date.now());
  const link = await makePrivateRoom();
  const { invitation, expiresAt } = (await invite(link, { expiresIn: 60 })).content;
  const friend = await joinRoom(link, 'friend', { joinKey: invitation });
  setClock(expiresAt);
  expect((await read(link, invitation)).envelope).toEqual({ statusCode: 403, content: expired, error: expired });
  const late = await connect(link);
  late.send({ type: 'auth', joinKey: invitation });
  expect(await late.closed).toEqual({ code: 4403, reason: expired });
  await friend.auth({ token: 'friend-token', joinKey: invitation, resume: { epoch: 'x', rev: 0 } });
  friend.send({ type: 'send', clientId: 'still', text: 'here' });
  expect(await friend.next('ack')).toMatchObject({ duplicate: false });
  const admin = { token: 'boss-token', adminToken, joinKey: invitation, clientId: 'b', text: 'x' };
  expect((await call('POST', `/chat/${link}/messages`, admin)).status).toBe(201);
});

it('is invalid once the room has got another key, the same key again, or was public in between', async () => {
  const link = await makePrivateRoom();
  const { invitation } = (await invite(link)).content;
  const change = (content: object) => call('PUT', '/chat/update', { token: adminToken, link, content });
  await change({ joinKey, title: 'the same key changes nothing' });
  expect((await read(link, invitation)).status).toBe(200);
  await change({ joinKey: 'another key' });
  expect((await read(link, invitation)).status).toBe(403);
  await change({ joinKey });
  expect((await read(link, invitation)).envelope.error).toBe('Forbidden: This room is private');
  const { invitation: newer } = (await invite(link)).content;
  await change({ private: false });
  await change({ joinKey });
  expect((await read(link, newer)).status).toBe(403);
});

it('to one room gives no access to another room with the same key', async () => {
  const [link, other] = [await makePrivateRoom(), await makePrivateRoom()];
  expect((await read(other, (await invite(link)).content.invitation)).status).toBe(403);
});

it('with any character changed, added or removed is invalid', async () => {
  const link = await makePrivateRoom();
  const { invitation } = (await invite(link, { name: 'Ren' })).content;
  const characters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ é'];
  const changes = fc.record({
    // Some bits of the last character of a base64url text are unused, so it is changed more often.
    place: fc.oneof(fc.nat(invitation.length), fc.constant(invitation.length - 1)),
    by: fc.constantFrom('', ...characters),
    removed: fc.constantFrom(0, 1),
  });
  await fc.assert(
    fc.asyncProperty(changes, async ({ place, by, removed }) => {
      const changed = invitation.slice(0, place) + by + invitation.slice(place + removed);
      fc.pre(changed !== invitation);
      expect((await read(link, changed)).status).toBe(403);
    }),
    { numRuns: Number(env.PROPERTY_RUNS) || 300 },
  );
  for (const character of characters) {
    for (const changed of [invitation.slice(0, -1) + character, invitation + character, character + invitation]) {
      if (changed !== invitation) expect((await read(link, changed)).status).toBe(403);
    }
  }
  expect((await read(link, invitation)).status).toBe(200);
});

describe('the name of an invitation', () => {
  it('is used by a participant who sends no name, and can be changed', async () => {
    const link = await makePrivateRoom();
    const { invitation } = (await invite(link, { name: 'Ren' })).content;
    const post = async (clientId: string, more: object = {}) => {
      const body = { token: 'ren-token', joinKey: invitation, clientId, text: 'x', ...more };
      return (await call<Message>('POST', `/chat/${link}/messages`, body)).content.author.name;
    };
    expect(await post('a')).toBe('Ren');
    expect(await post('b', { name: 'Renata' })).toBe('Renata');
    const socket = await connect(link);
    expect((await socket.auth({ token: 'ren-token', joinKey: invitation })).participant?.name).toBe('Ren');
    await socket.auth({ token: 'ren-token', name: 'Renata' });
    await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'ren-token', joinKey: invitation });
    expect((await socket.auth({ token: 'ren-token' })).participants).toMatchObject([{ name: 'Renata' }]);
  });
});

it('is issued to the admin and the operator only, and for a private room only', async () => {
  const link = await makePrivateRoom();
  expect((await invite(link, {}, 'operator-secret')).status).toBe(201);
  const bearer = { Authorization: `Bearer ${adminToken}` };
  expect((await call('POST', `/chat/${link}/invitations`, {}, bearer)).status).toBe(201);
  expect((await invite(link, { joinKey }, 'friend-token')).envelope.error).toBe('Forbidden: Invalid admin token');
  expect((await invite(await makeRoom())).envelope).toMatchObject({
    statusCode: 409,
    error: 'Conflict: The room is not private',
  });
  expect((await invite('no-such-room')).status).toBe(404);
});

it.each([
  [{ expiresIn: 59 }, 'expiresIn must be at least 60'],
  [{ expiresIn: 30 * 86_400 + 1 }, 'expiresIn must be at most 2592000'],
  [{ expiresIn: 60.5 }, 'expiresIn must be a whole number'],
  [{ name: 'admin' }, 'name must not look like a role'],
])('refuses %o', async (request, text) => {
  const { status, envelope } = await invite(await makePrivateRoom(), request);
  expect([status, envelope.error]).toEqual([400, `Invalid fields: ${text}`]);
});
