/** Signed tokens: the identity that a valid token gives, forged tokens, expiry on open sockets, issuing and keys. */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Jwt } from '../../objects/credentials/jwt.ts';
import { systemClock } from '../../objects/storage/clock.ts';
import type { CallContent } from '../../shared/call-types.ts';
import { looksLikeJwt } from '../../shared/jwt-shape.ts';
import { adminToken, allMessages, bearer, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter, setClock } from '../support/pool/clock.ts';
import { forgedTokens, secondsFromNow, sign } from '../support/pool/signing.ts';
import { connect, joinRoom } from '../support/pool/sockets.ts';

afterEach(() => vi.useRealTimers());

const issue = (body: Record<string, unknown>, token = 'operator-secret') =>
  call<CallContent<'issueToken'>>('POST', '/tokens', body, bearer(token));

describe('a valid token', () => {
  it('identifies the participant over both transports', async () => {
    const link = await makeRoom();
    const token = await sign({ claims: { name: 'Alice' } });
    const socket = await connect(link);
    const ready = await socket.auth({ token, name: 'Mallory' });
    expect(ready.participant).toEqual({ id: 'u:alice', name: 'Alice', role: 'member' });
    expect(ready.expiresAt).toBeGreaterThan(Date.now());
    const posted = await call('POST', `/chat/${link}/messages`, { token, clientId: 'a', text: 'hello' });
    expect(posted.content).toMatchObject({ author: { id: 'u:alice', name: 'Alice' } });
    expect((await socket.next('message')).author.id).toBe('u:alice');
  });

  it('identifies the same participant in every room, and grants no admin rights', async () => {
    const token = await sign();
    for (const link of [await makeRoom(), await makeRoom()]) {
      const ready = await (await connect(link)).auth({ token, name: 'Al' });
      expect(ready.participant).toEqual({ id: 'u:alice', name: 'Al', role: 'member' });
      expect((await call('DELETE', '/chat/delete', { token, link })).status).toBe(403);
      expect((await call('GET', `/chat/${link}`, undefined, bearer(token))).content).toMatchObject({ isAdmin: false });
    }
    expect((await call('GET', `/chat/list?token=${token}`)).status).toBe(200);
  });

  it('can be combined with an admin token', async () => {
    const ready = await (await connect(await makeRoom())).auth({ token: await sign(), adminToken });
    expect(ready.participant).toMatchObject({ id: 'u:alice', role: 'admin' });
  });

  it('joins and leaves by REST', async () => {
    const link = await makeRoom();
    const token = await sign();
    const callParticipants = (action: string) => call(`POST`, `/chat/${link}/participants`, { action, token });
    expect((await callParticipants('join')).content).toEqual({ participantCount: 1 });
    expect((await call('GET', `/chat/${link}/participants`)).content).toMatchObject({
      participants: [{ id: 'u:alice' }],
    });
    expect((await callParticipants('leave')).content).toEqual({ participantCount: 0 });
  });

  it('keeps the order of frames although its verification is asynchronous', async () => {
    const link = await makeRoom();
    const socket = await connect(link);
    socket.send({ type: 'auth', token: await sign() });
    for (let number = 1; number <= 20; number++)
      socket.send({ type: 'send', clientId: `c${number}`, text: `${number}` });
    socket.close();
    await expect
      .poll(async () => (await allMessages(link)).map(({ text }) => Number(text)))
      .toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
    expect(socket.received.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('is accepted from a clock that is slightly ahead', async () => {
    const claims = { iat: secondsFromNow(30), nbf: secondsFromNow(30) };
    await (await connect(await makeRoom())).auth({ token: await sign({ claims }) });
  });

  it('with an invalid name gives a generated name', async () => {
    const ready = await (await connect(await makeRoom())).auth({ token: await sign({ claims: { name: 7 } }) });
    expect(ready.participant?.name).toBe('guest-lice');
  });
});

describe('a forged or malformed token', async () => {
  const forged = Object.entries(await forgedTokens());

  it('in each form looks like a JWT', () => {
    expect(forged.length).toBeGreaterThanOrEqual(60);
    expect(forged.filter(([, token]) => !looksLikeJwt(token))).toEqual([]);
  });

  it.each(forged)('%s: is refused over REST and WebSocket', async (_, token) => {
    const link = await makeRoom();
    const post = await call('POST', `/chat/${link}/messages`, { token, clientId: 'a', text: 'x' });
    const join = await call('POST', `/chat/${link}/participants`, { token, action: 'join' });
    const read = await call('GET', `/chat/${link}?token=${token}`);
    const list = await call('GET', '/chat/list', undefined, bearer(token));
    const store = await call('POST', '/storeChatMessage', { userId: 'alice', message: 'x' }, bearer(token));
    const sessions = await call('GET', '/getAllSessions?userId=alice', undefined, bearer(token));
    const history = await call('GET', '/getChatHistory?userId=alice&sessionId=s', undefined, bearer(token));
    const erase = await call('DELETE', '/deleteChatHistory?userId=alice&sessionId=s', undefined, bearer(token));
    for (const { status, envelope } of [post, join, read, list, store, sessions, history, erase]) {
      expect([status, envelope.error]).toEqual([401, expect.stringMatching(/^Unauthorized: .*signed token/)]);
    }
    const socket = await connect(link);
    socket.send({ type: 'auth', token });
    expect((await socket.next('error')).statusCode).toBe(401);
    expect((await socket.closed).code).toBe(4401);
    expect(await allMessages(link)).toEqual([]);
  });
});

describe('a token that expires on an open socket', () => {
  const openRoom = async () => {
    const link = await makeRoom();
    const alice = await connect(link);
    await alice.auth({ token: await sign({ claims: { exp: secondsFromNow(60) } }) });
    const bob = await joinRoom(link, 'bob');
    return { link, alice, bob };
  };

  const expectExpired = async ({ link, alice, bob }: Awaited<ReturnType<typeof openRoom>>) => {
    alice.send({ type: 'send', clientId: 'a', text: 'too late', ref: 1 });
    expect(await alice.next('error')).toMatchObject({ ref: 1, statusCode: 401 });
    expect(await allMessages(link)).toEqual([]);
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ id: 'u:alice' }]);
    bob.send({ type: 'send', clientId: 'b', text: 'still read' });
    expect((await alice.next('message')).text).toBe('still read');
    expect((await call('GET', `/chat/${link}`)).content).toMatchObject({ participantCount: 2 });
  };

  it('makes the participant a viewer from the next frame on', async () => {
    const room = await openRoom();
    setClock(Date.now() + 60_000);
    await expectExpired(room);
  });

  it('makes the participant a viewer after an eviction too', async () => {
    const room = await openRoom();
    await evictDurableObject(await roomObject(room.link), { webSockets: 'hibernate' });
    setClock(Date.now() + 60_000);
    await expectExpired(room);
  });

  it('can be renewed on the same socket, before or after it expires', async () => {
    const { alice } = await openRoom();
    for (const wait of [30_000, 120_000]) {
      setClock(Date.now() + wait);
      const token = await sign({ claims: { exp: secondsFromNow(60) } });
      const ready = await alice.auth({ token });
      expect(ready).toMatchObject({ participant: { id: 'u:alice' }, messages: [] });
      alice.send({ type: 'send', clientId: `a${wait}`, text: 'here' });
      await alice.next('ack');
    }
  });

  it('removes the participant’s rights, and a new token restores the participant', async () => {
    const link = await makeRoom();
    const claims = { exp: secondsFromNow(60) };
    const alice = await connect(link);
    await alice.auth({ token: await sign({ claims }), adminToken, name: 'Chosen' });
    const bob = await joinRoom(link, 'bob');
    setClock(Date.now() + 60_000);
    for (let frame = 1; frame <= 2; frame++) {
      alice.send({ type: 'history', ref: frame });
      await alice.next('history');
    }
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ id: 'u:alice', role: 'admin' }]);
    alice.send({ type: 'moderate', action: 'lock', ref: 'm' });
    expect(await alice.next('error')).toMatchObject({ ref: 'm', statusCode: 401 });
    const { content } = await call('GET', `/chat/${link}/participants`);
    expect(content).toMatchObject({ participantCount: 2, participants: [{ name: 'bob' }] });
    const ready = await alice.auth({ token: await sign({ claims: { exp: secondsFromNow(60) } }) });
    expect(ready.participant).toEqual({ id: 'u:alice', name: 'Chosen', role: 'member' });
  });

  it('is detected by the sweep if the client only pings', async () => {
    const { link, alice, bob } = await openRoom();
    alice.send('{"type":"ping"}');
    await alice.next('pong');
    setClock(Date.now() + 61_000);
    await runAlarmAfter(link, 5 * 60_000);
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ id: 'u:alice' }]);
  });

  it('does not let another user take over the socket', async () => {
    const { alice } = await openRoom();
    setClock(Date.now() + 60_000);
    alice.send({ type: 'history', ref: 1 });
    await alice.next('history');
    alice.send({ type: 'auth', token: await sign({ claims: { sub: 'bob' } }) });
    expect((await alice.closed).code).toBe(4401);
  });

  it('closes the socket if it is sent again', async () => {
    const { alice } = await openRoom();
    const old = await sign({ claims: { exp: secondsFromNow(60) } });
    setClock(Date.now() + 60_000);
    alice.send({ type: 'auth', token: old });
    expect(await alice.next('error')).toMatchObject({ error: 'Unauthorized: The signed token has expired' });
    expect((await alice.closed).code).toBe(4401);
  });
});

describe('issuing tokens', () => {
  it('gives the operator a valid token', async () => {
    const { status, content } = await issue({ userId: 'carol', name: 'Carol', expiresIn: 60 });
    expect(status).toBe(201);
    expect(content.userId).toBe('carol');
    expect(Math.abs(content.expiresAt - Date.now() - 60_000)).toBeLessThan(5_000);
    const ready = await (await connect(await makeRoom())).auth({ token: content.token });
    expect(ready.participant).toMatchObject({ id: 'u:carol', name: 'Carol' });
  });

  it.each([
    ['no token', {}, 401],
    ['a user token', bearer('user-token'), 403],
    ['a signed token', bearer('eyJhbGciOiJFZERTQSJ9.e30.c2ln'), 403],
  ])('is refused with %s in the header', async (_, headers, status) => {
    expect((await call('POST', '/tokens', { userId: 'carol' }, headers)).status).toBe(status);
  });

  it.each([
    ['no userId', {}, 'Missing required fields: userId'],
    ['a userId with a colon', { userId: 'a:b' }, 'userId must be'],
    ['a lifetime of zero', { userId: 'a', expiresIn: 0 }, 'expiresIn must be at least 1'],
    ['a lifetime of a year', { userId: 'a', expiresIn: 31_536_000 }, 'expiresIn must be at most 2592000'],
    ['a fractional lifetime', { userId: 'a', expiresIn: 0.5 }, 'expiresIn must be a whole number'],
    ['a long name', { userId: 'a', name: 'あ'.repeat(41) }, 'name must be at most 40 characters'],
  ])('is refused with %s in the body', async (_, body, text) => {
    const { status, envelope } = await issue(body);
    expect(status).toBe(400);
    expect(envelope.error).toContain(text);
  });
});

describe('the keys', () => {
  const pairs = {
    EdDSA: () => generateKeyPairSync('ed25519'),
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };

  const settingsOf = (pair: ReturnType<(typeof pairs)['EdDSA']>) => ({
    JWT_PRIVATE_KEY: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    JWT_PUBLIC_KEY: String(pair.publicKey.export({ type: 'spki', format: 'pem' })),
    JWT_ISSUER: '',
    JWT_AUDIENCE: '',
  });

  const algorithms = Object.keys(pairs) as (keyof typeof pairs)[];

  it.each(algorithms)('can be %s: only the same key pair verifies its tokens', async (algorithm) => {
    const tokens = new Jwt(settingsOf(pairs[algorithm]()), systemClock);
    const issued = await tokens.issue({ userId: 'alice', expiresIn: 60 });
    if (!issued.ok) throw new Error(issued.failure.text);
    const { token } = issued.value;
    expect(JSON.parse(atob(token.split('.')[0] ?? ''))).toMatchObject({ alg: algorithm });
    expect(await tokens.verify(token)).toMatchObject({ ok: true, value: { subject: { userId: 'alice' } } });
    for (const other of algorithms) {
      const otherJwt = new Jwt(settingsOf(pairs[other]()), systemClock);
      expect(await otherJwt.verify(token)).toMatchObject({ ok: false, failure: { code: 'signed_token_invalid' } });
    }
  });

  it('can have escaped line breaks', async () => {
    const { JWT_PRIVATE_KEY, JWT_PUBLIC_KEY, ...rest } = settingsOf(pairs.EdDSA());
    const escaped = {
      JWT_PRIVATE_KEY: JWT_PRIVATE_KEY.replaceAll('\n', '\\n'),
      JWT_PUBLIC_KEY: JWT_PUBLIC_KEY.replaceAll('\n', '\\n'),
      ...rest,
    };
    const tokens = new Jwt(escaped, systemClock);
    const issued = await tokens.issue({ userId: 'alice', expiresIn: 60 });
    expect(await tokens.verify(issued.ok ? issued.value.token : '')).toMatchObject({ ok: true });
  });

  it('of different pairs issue no token', async () => {
    const { JWT_PUBLIC_KEY } = settingsOf(pairs.EdDSA());
    const tokens = new Jwt({ ...settingsOf(pairs.EdDSA()), JWT_PUBLIC_KEY }, systemClock);
    expect(await tokens.issue({ userId: 'alice', expiresIn: 60 })).toMatchObject({ ok: false });
  });

  it.each([
    ['are absent', {}],
    ['do not match', { ...settingsOf(pairs.EdDSA()), JWT_PUBLIC_KEY: 'key' }],
    ['are empty', { JWT_PUBLIC_KEY: '', JWT_PRIVATE_KEY: '' }],
    ['are not keys', { JWT_PUBLIC_KEY: 'key', JWT_PRIVATE_KEY: 'key' }],
    ['are too short', settingsOf(generateKeyPairSync('rsa', { modulusLength: 1024 }))],
    ['are of another curve', settingsOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))],
  ])('%s: signed tokens get 501', async (_, settings) => {
    const tokens = new Jwt({ JWT_ISSUER: '', JWT_AUDIENCE: '', ...settings }, systemClock);
    const refused = { ok: false, failure: { code: 'no_signed_identities', statusCode: 501 } };
    expect(await tokens.verify(await sign())).toMatchObject(refused);
    expect(await tokens.issue({ userId: 'alice', expiresIn: 60 })).toMatchObject(refused);
    expect(await tokens.verify('any other token')).toMatchObject({ ok: true });
  });
});

it('a signed token is refused as the admin token of a room', async () => {
  const token = await sign();
  const content = { title: 'a', about: '', tag: [], link: freshLink() };
  const made = await call('POST', '/chat/new', { token, content });
  expect(made.status).toBe(400);
  expect(made.envelope.error).not.toContain(token);
  expect(env.JWT_PUBLIC_KEY).toContain('PUBLIC KEY');
});
