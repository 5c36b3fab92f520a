/** Private rooms: without the key, no call and no replica reveals anything, and no participant stays connected. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Jwt } from '../../objects/credentials/jwt.ts';
import type { EndpointName } from '../../shared/endpoints.ts';
import { ok } from '../../shared/failures.ts';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import {
  callEndpoint,
  joinKey,
  joinKeyEndpoints,
  joinKeyHeader,
  makePrivateRoom,
  privateDetails,
  roomEndpoints,
  secrets,
} from '../support/pool/private-rooms.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';
import { tableNames } from '../support/pool/storage.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const refusal = {
  statusCode: 403,
  content: 'Forbidden: This room is private',
  error: 'Forbidden: This room is private',
};

const change = (link: string, content: Record<string, unknown>, token = adminToken) =>
  call<RoomView>('PUT', '/chat/update', { token, link, content });

const asAdmin = { Authorization: `Bearer ${adminToken}` };

/** Credentials of callers without access. */
const outsiders: Record<string, { body?: Record<string, unknown>; headers?: Record<string, string> }> = {
  nothing: {},
  'a wrong key': { body: { joinKey: `${joinKey}.` }, headers: joinKeyHeader(`${joinKey}.`) },
  'a token': { body: { token: 'outside-token' }, headers: { Authorization: 'Bearer outside-token' } },
  'the token of a present participant': {
    body: { token: 'inside-token' },
    headers: { Authorization: 'Bearer inside-token' },
  },
  'a wrong admin token': { body: { token: 'outside-token', adminToken: 'wrong' } },
};

/** Credentials that give access. */
const insiders: Record<string, { body?: Record<string, unknown>; headers?: Record<string, string> }> = {
  'the key in the header': { headers: joinKeyHeader(joinKey) },
  'the key in the body, or where there is none in the header': { body: { joinKey }, headers: joinKeyHeader(joinKey) },
  'the admin token in the header': { headers: asAdmin },
  'the operator’s token in the header': { headers: { Authorization: 'Bearer operator-secret' } },
  'the admin token in the body, or where there is none in the header': { body: { adminToken }, headers: asAdmin },
};

const eachEndpoint = (names: EndpointName[]) => names.map((name) => [name] as const);

describe.each(Object.entries(outsiders))('a caller with %s', (_, { body = {}, headers = {} }) => {
  it.each(eachEndpoint(joinKeyEndpoints))('gets from %s only that the room is private', async (name) => {
    const link = await makePrivateRoom();
    for (const evicted of [false, true]) {
      if (evicted) await evictDurableObject(await roomObject(link));
      const { status, text } = await callEndpoint(name, link, body, headers);
      expect([status, text]).toEqual([403, expect.stringContaining(JSON.stringify(refusal))]);
    }
  });

  it.each(eachEndpoint(roomEndpoints))('learns nothing from %s', async (name) => {
    const link = await makePrivateRoom();
    const { status, text } = await callEndpoint(name, link, { ...body, content: { link } }, headers);
    expect(status).toBeGreaterThanOrEqual(400);
    for (const secret of [...secrets, 'participantCount']) expect(text).not.toContain(secret);
  });

  it('gets the same error over the socket, which is closed', async () => {
    const link = await makePrivateRoom();
    for (const evicted of [false, true]) {
      if (evicted) await evictDurableObject(await roomObject(link));
      const socket = await connect(link);
      socket.send({ type: 'auth', ref: 1, ...body });
      expect(await socket.closed).toEqual({ code: 4403, reason: refusal.error });
      expect(socket.received).toEqual([{ type: 'error', ref: 1, statusCode: 403, error: refusal.error }]);
    }
  });
});

describe.each(Object.entries(insiders))('a caller with %s', (_, { body = {}, headers = {} }) => {
  it.each(eachEndpoint(joinKeyEndpoints))('has access to %s', async (name) => {
    const link = await makePrivateRoom();
    for (const evicted of [false, true]) {
      if (evicted) await evictDurableObject(await roomObject(link));
      const { status, text } = await callEndpoint(name, link, { token: 'friend-token', ...body }, headers);
      // The shape of a call is checked before the key: an endpoint that gives 400 here needs an entry in `examples`.
      expect(status).not.toBe(400);
      expect(text).not.toContain(refusal.error);
    }
  });
});

it.each([{ joinKey }, { adminToken }, { adminToken: 'operator-secret' }])(
  '%o gives access over the socket',
  async (auth) => {
    const link = await makePrivateRoom();
    const socket = await joinRoom(link, 'friend', auth);
    expect(socket.received[0]).toMatchObject({
      type: 'ready',
      room: { title: secrets[0] },
      messages: [{ text: secrets[3] }],
    });
  },
);

it('isPrivate is returned to callers with the key, and for no public room', async () => {
  const link = await makePrivateRoom();
  const { content, headers } = await call<RoomView>('GET', `/chat/${link}`, undefined, joinKeyHeader(joinKey));
  expect(content).toMatchObject({ link, title: secrets[0], isAdmin: false, isPrivate: true });
  expect(headers.get('Cache-Control')).toBe('private, no-store');
  expect((await call<RoomView>('GET', `/chat/${link}?token=${adminToken}`)).content).toMatchObject({ isAdmin: true });
  expect((await call('GET', `/chat/${link}?token=operator-secret`)).status).toBe(403);
  expect((await call<RoomView>('GET', `/chat/${await makeRoom()}`)).content).not.toHaveProperty('isPrivate');
});

it('the replicas contain only that the link exists, and the statistics count the room', async () => {
  const link = await makePrivateRoom();
  await joinRoom(link, 'friend', { joinKey });
  await (await roomObject(link)).republish(link);
  await expect.poll(() => env.CHATS.get(`chat:${link}`, 'json')).toEqual({ link, private: true });
  const { metadata } = await env.CHATS.getWithMetadata(`chat:${link}`);
  expect(metadata).toMatchObject({ createdAt: 0, activeAt: 0, participantCount: 0, unlisted: true, tags: [] });
  const rows = await runInDurableObject(env.ROOM_DIRECTORY.getByName('rooms'), (_, { storage }) =>
    storage.sql.exec('SELECT * FROM rooms WHERE link = ?', link).toArray(),
  );
  expect(rows).toMatchObject([
    { title: '', about: '', tags: '[]', unlisted: 1, admin_digest: '', created_at: 0, participant_count: 1, posted: 1 },
  ]);
  for (const query of ['', '?q=%E7%A7%98', `?tag=${encodeURIComponent(secrets[2] ?? '')}`, `?token=${adminToken}`]) {
    expect(JSON.stringify((await call('GET', `/chat/list${query}`)).content)).not.toContain(link);
  }
});

describe('a room that becomes private', () => {
  it('is removed from the list, and is listed again once it is public', async () => {
    const link = await makePrivateRoom({});
    const listed = async () => JSON.stringify((await call('GET', '/chat/list?q=%E7%A7%98')).content).includes(link);
    expect(await listed()).toBe(true);
    expect((await change(link, { joinKey })).content).toMatchObject({ isPrivate: true });
    expect(await listed()).toBe(false);
    await expect.poll(() => env.CHATS.get(`chat:${link}`, 'json')).toEqual({ link, private: true });
    expect((await change(link, { joinKey: '' })).content).toMatchObject({ isPrivate: true });
    expect((await change(link, { private: false })).content).not.toHaveProperty('isPrivate');
    expect(await listed()).toBe(true);
    expect((await call('GET', `/chat/${link}`)).status).toBe(200);
    await expect.poll(() => env.CHATS.get(`chat:${link}`, 'json')).toMatchObject({ title: secrets[0] });
  });

  it.each([
    ['becomes private', {}],
    ['gets another key', { joinKey }],
  ])('%s: all but the admin and the operator are disconnected', async (_, made) => {
    const link = await makePrivateRoom(made);
    const [member, viewer] = [
      await joinRoom(link, 'member', { joinKey }),
      await joinRoom(link, undefined, { joinKey }),
    ];
    const [admin, operator] = [
      await joinRoom(link, 'ada', { adminToken }),
      await joinRoom(link, 'olga', { adminToken: 'operator-secret' }),
    ];
    const waiting = await connect(link);
    const join = (body: object) =>
      call<{ lease?: string }>('POST', `/chat/${link}/participants`, { action: 'join', joinKey, ...body });
    await join({ token: 'leased' });
    const { lease } = (await join({})).content;
    await join({ token: 'chair', adminToken });
    const next = 'another key';
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    const changed = await change(link, { joinKey: next, title: 'only for members' });
    // The admin, the operator, and the admin's lease.
    expect(changed.content.participantCount).toBe(3);
    for (const socket of [member, viewer]) {
      expect(await socket.closed).toEqual({ code: 4403, reason: refusal.error });
      expect(JSON.stringify(socket.received)).not.toContain('only for members');
    }
    for (const socket of [admin, operator]) {
      await socket.presence(
        ({ participantCount, left }) => participantCount === 3 && left?.some(({ name }) => name === 'member'),
      );
    }
    expect((await call('POST', `/chat/${link}/participants`, { action: 'leave', lease, joinKey: next })).status).toBe(
      404,
    );
    waiting.send({ type: 'auth', token: 'late', joinKey });
    expect((await waiting.closed).code).toBe(4403);
    await evictDurableObject(await roomObject(link));
    expect((await call('GET', `/chat/${link}`, undefined, joinKeyHeader(joinKey))).status).toBe(403);
    expect(
      (await call<RoomView>('GET', `/chat/${link}`, undefined, joinKeyHeader(next))).content.participantCount,
    ).toBe(3);
    await joinRoom(link, 'member', { joinKey: next });
  });

  it('with a new admin token in the same change disconnects sockets of the old one', async () => {
    const link = await makeRoom();
    const [old, operator] = [
      await joinRoom(link, 'old', { adminToken }),
      await joinRoom(link, 'olga', { adminToken: 'operator-secret' }),
    ];
    expect((await change(link, { joinKey, newToken: 'new-secret' })).content.participantCount).toBe(1);
    expect((await old.closed).code).toBe(4403);
    await operator.presence(({ participantCount }) => participantCount === 1);
  });

  it('with the same key as before disconnects no one', async () => {
    const link = await makePrivateRoom();
    const member = await joinRoom(link, 'member', { joinKey });
    expect((await change(link, { joinKey, title: 'same key' })).content.participantCount).toBe(1);
    expect((await member.next('room')).room.title).toBe('same key');
  });
});

it('a connected member can send auth again without the key; an admin without the admin token cannot', async () => {
  const link = await makePrivateRoom();
  const member = await joinRoom(link, 'member', { joinKey });
  expect(await member.auth({ token: 'member-token', name: 'renamed' })).toMatchObject({ recovered: true });
  const admin = await joinRoom(link, 'boss', { adminToken });
  admin.send({ type: 'auth', token: 'boss-token' });
  expect((await admin.closed).code).toBe(4403);
});

it('a caller whose token is being verified while the room becomes private needs the key', async () => {
  const link = await makePrivateRoom({});
  let finishVerifying: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finishVerifying = resolve;
  });
  const verify = vi.spyOn(Jwt.prototype, 'verify').mockImplementation(async () => {
    await finished;
    return ok({ kind: 'none' });
  });
  const socket = await connect(link);
  socket.send({ type: 'auth', token: 'slow' });
  const reading = call('GET', `/chat/${link}/messages`, undefined, { Authorization: 'Bearer slow' });
  await expect.poll(() => verify.mock.calls.length).toBe(2);
  await change(link, { joinKey });
  finishVerifying();
  expect((await reading).envelope).toEqual(refusal);
  expect((await socket.closed).code).toBe(4403);
  expect(socket.received.map(({ type }) => type)).toEqual(['error']);
});

it.each([
  ['a key of 7 characters', { joinKey: '1234567' }, 'content.joinKey must be at least 8 characters'],
  ['a key of 257', { joinKey: '鍵'.repeat(257) }, 'content.joinKey must be at most 256 characters'],
  ['a blank key', { joinKey: ' '.repeat(9) }, 'content.joinKey must not be blank'],
  ['a key that is a number', { joinKey: 12_345_678 }, 'content.joinKey must be a string'],
])('refuses %s', async (_, content, text) => {
  const made = await call('POST', '/chat/new', {
    token: adminToken,
    content: { ...privateDetails, link: 'never', ...content },
  });
  expect([made.status, made.envelope.error]).toEqual([400, `Invalid fields: ${text}`]);
  expect((await change(await makeRoom(), content)).envelope.error).toBe(`Invalid fields: ${text}`);
});

it.each([
  [{ private: true }, 'content.private must be false, or absent beside a joinKey'],
  [{ private: false, joinKey }, 'content.private must be absent beside a joinKey'],
])('refuses %o', async (content, text) => {
  expect((await change(await makeRoom(), content)).envelope.error).toBe(`Invalid fields: ${text}`);
});

it('the key is accepted percent-encoded or plain in the header, in the body first, and not in a URL', async () => {
  const plain = 'two blue herons 50% off';
  const made = await makeRoom({ joinKey: plain });
  const status = async (headers: Record<string, string>, query = '') =>
    (await call('GET', `/chat/${made}${query}`, undefined, headers)).status;
  expect(await status({ 'X-Join-Key': encodeURIComponent(plain) })).toBe(200);
  // A value that is not valid percent-encoding is used unchanged.
  expect(await status({ 'X-Join-Key': plain })).toBe(200);
  expect(await status({}, `?joinKey=${encodeURIComponent(plain)}`)).toBe(403);
  expect(await status({ 'X-Join-Key': 'x'.repeat(1_025) })).toBe(400);
  const join = { action: 'join', joinKey: plain };
  expect((await call('POST', `/chat/${made}/participants`, join, joinKeyHeader('wrong key'))).status).toBe(200);
});

it('the key is stored as a digest only', async () => {
  const link = await makePrivateRoom();
  const stored = await runInDurableObject(await roomObject(link), (_, { storage }) => {
    const tables = tableNames(storage.sql);
    return JSON.stringify(tables.map((name) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
  });
  expect(stored).toContain(secrets[3]);
  expect(stored).not.toContain(joinKey);
});
