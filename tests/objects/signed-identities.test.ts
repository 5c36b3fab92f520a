/** Signed identities: who a genuine token makes somebody, what a forged one opens, and what happens when it expires. */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Jwt } from '../../objects/credentials/jwt.ts';
import { systemClock } from '../../objects/storage/clock.ts';
import type { CallContent } from '../../shared/call-types.ts';
import { looksLikeJwt } from '../../shared/jwt-shape.ts';
import { adminToken, allMessages, call, freshLink, makeRoom, roomObject } from '../support/pool/calls.ts';
import { pass, setClock } from '../support/pool/clock.ts';
import { forgeries, secondsFromNow, sign } from '../support/pool/signing.ts';
import { connect, enter } from '../support/pool/sockets.ts';

afterEach(() => vi.useRealTimers());

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const issue = (body: Record<string, unknown>, token = 'operator-secret') =>
  call<CallContent<'issueToken'>>('POST', '/tokens', body, bearer(token));

describe('a genuine token', () => {
  it('makes its holder the person it names, over both transports', async () => {
    const link = await makeRoom();
    const token = await sign({ claims: { name: 'Alice' } });
    const socket = await connect(link);
    const ready = await socket.enter({ token, name: 'Mallory' });
    expect(ready.participant).toEqual({ id: 'u:alice', name: 'Alice', role: 'member' });
    expect(ready.expiresAt).toBeGreaterThan(Date.now());
    const posted = await call('POST', `/chat/${link}/messages`, { token, clientId: 'a', text: 'hello' });
    expect(posted.content).toMatchObject({ author: { id: 'u:alice', name: 'Alice' } });
    expect((await socket.next('message')).author.id).toBe('u:alice');
  });

  it('is the same person in every room, and lends no admin right', async () => {
    const token = await sign();
    for (const link of [await makeRoom(), await makeRoom()]) {
      const ready = await (await connect(link)).enter({ token, name: 'Al' });
      expect(ready.participant).toEqual({ id: 'u:alice', name: 'Al', role: 'member' });
      expect((await call('DELETE', '/chat/delete', { token, link })).status).toBe(403);
      expect((await call('GET', `/chat/${link}`, undefined, bearer(token))).content).toMatchObject({ isAdmin: false });
    }
    expect((await call('GET', `/chat/list?token=${token}`)).status).toBe(200);
  });

  it('stands beside an admin token', async () => {
    const ready = await (await connect(await makeRoom())).enter({ token: await sign(), adminToken });
    expect(ready.participant).toMatchObject({ id: 'u:alice', role: 'admin' });
  });

  it('joins and leaves by REST', async () => {
    const link = await makeRoom();
    const token = await sign();
    const attend = (action: string) => call(`POST`, `/chat/${link}/participants`, { action, token });
    expect((await attend('join')).content).toEqual({ participantCount: 1 });
    expect((await call('GET', `/chat/${link}/participants`)).content).toMatchObject({
      participants: [{ id: 'u:alice' }],
    });
    expect((await attend('leave')).content).toEqual({ participantCount: 0 });
  });

  it('has its frames handled in their order, though it takes a moment to check', async () => {
    const link = await makeRoom();
    const socket = await connect(link);
    socket.say({ type: 'auth', token: await sign() });
    for (let number = 1; number <= 20; number++)
      socket.say({ type: 'send', clientId: `c${number}`, text: `${number}` });
    socket.close();
    await expect
      .poll(async () => (await allMessages(link)).map(({ text }) => Number(text)))
      .toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
    expect(socket.heard.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('may come from a clock that is a little ahead', async () => {
    const claims = { iat: secondsFromNow(30), nbf: secondsFromNow(30) };
    await (await connect(await makeRoom())).enter({ token: await sign({ claims }) });
  });

  it('may have a name that cannot be shown: then it names nobody', async () => {
    const ready = await (await connect(await makeRoom())).enter({ token: await sign({ claims: { name: 7 } }) });
    expect(ready.participant?.name).toBe('guest-lice');
  });
});

describe('a forged or broken token', async () => {
  const forged = Object.entries(await forgeries());

  it('comes in many forms, which all look signed', () => {
    expect(forged.length).toBeGreaterThanOrEqual(60);
    expect(forged.filter(([, token]) => !looksLikeJwt(token))).toEqual([]);
  });

  it.each(forged)('%s: gets nothing over REST and WebSocket', async (_, token) => {
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
    socket.say({ type: 'auth', token });
    expect((await socket.next('error')).statusCode).toBe(401);
    expect((await socket.closed).code).toBe(4401);
    expect(await allMessages(link)).toEqual([]);
  });
});

describe('a token that expires on an open socket', () => {
  const openRoom = async () => {
    const link = await makeRoom();
    const alice = await connect(link);
    await alice.enter({ token: await sign({ claims: { exp: secondsFromNow(60) } }) });
    const bob = await enter(link, 'bob');
    return { link, alice, bob };
  };

  const expectLapsed = async ({ link, alice, bob }: Awaited<ReturnType<typeof openRoom>>) => {
    alice.say({ type: 'send', clientId: 'a', text: 'too late', ref: 1 });
    expect(await alice.next('error')).toMatchObject({ ref: 1, statusCode: 401 });
    expect(await allMessages(link)).toEqual([]);
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ id: 'u:alice' }]);
    bob.say({ type: 'send', clientId: 'b', text: 'still read' });
    expect((await alice.next('message')).text).toBe('still read');
    expect((await call('GET', `/chat/${link}`)).content).toMatchObject({ participantCount: 2 });
  };

  it('makes its holder a viewer from the next frame on', async () => {
    const room = await openRoom();
    setClock(Date.now() + 60_000);
    await expectLapsed(room);
  });

  it('does so after an eviction', async () => {
    const room = await openRoom();
    await evictDurableObject(await roomObject(room.link), { webSockets: 'hibernate' });
    setClock(Date.now() + 60_000);
    await expectLapsed(room);
  });

  it('keeps the socket when it is renewed, in time or after', async () => {
    const { alice } = await openRoom();
    for (const wait of [30_000, 120_000]) {
      setClock(Date.now() + wait);
      const token = await sign({ claims: { exp: secondsFromNow(60) } });
      const ready = await alice.enter({ token });
      expect(ready).toMatchObject({ participant: { id: 'u:alice' }, messages: [] });
      alice.say({ type: 'send', clientId: `a${wait}`, text: 'here' });
      await alice.next('ack');
    }
  });

  it('leaves nothing of who it was, and everything to who comes back', async () => {
    const link = await makeRoom();
    const claims = { exp: secondsFromNow(60) };
    const alice = await connect(link);
    await alice.enter({ token: await sign({ claims }), adminToken, name: 'Chosen' });
    const bob = await enter(link, 'bob');
    setClock(Date.now() + 60_000);
    for (let frame = 1; frame <= 2; frame++) {
      alice.say({ type: 'history', ref: frame });
      await alice.next('history');
    }
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ id: 'u:alice', role: 'admin' }]);
    alice.say({ type: 'moderate', action: 'lock', ref: 'm' });
    expect(await alice.next('error')).toMatchObject({ ref: 'm', statusCode: 401 });
    const { content } = await call('GET', `/chat/${link}/participants`);
    expect(content).toMatchObject({ participantCount: 2, participants: [{ name: 'bob' }] });
    const ready = await alice.enter({ token: await sign({ claims: { exp: secondsFromNow(60) } }) });
    expect(ready.participant).toEqual({ id: 'u:alice', name: 'Chosen', role: 'member' });
  });

  it('is noticed by the sweep, where its client only pings', async () => {
    const { link, alice, bob } = await openRoom();
    alice.say('{"type":"ping"}');
    await alice.next('pong');
    setClock(Date.now() + 61_000);
    await pass(link, 5 * 60_000);
    expect((await bob.presence(({ left }) => left)).left).toMatchObject([{ id: 'u:alice' }]);
  });

  it('does not give the socket to somebody else', async () => {
    const { alice } = await openRoom();
    setClock(Date.now() + 60_000);
    alice.say({ type: 'history', ref: 1 });
    await alice.next('history');
    alice.say({ type: 'auth', token: await sign({ claims: { sub: 'bob' } }) });
    expect((await alice.closed).code).toBe(4401);
  });

  it('closes the socket that shows it once more', async () => {
    const { alice } = await openRoom();
    const old = await sign({ claims: { exp: secondsFromNow(60) } });
    setClock(Date.now() + 60_000);
    alice.say({ type: 'auth', token: old });
    expect(await alice.next('error')).toMatchObject({ error: 'Unauthorized: The signed token has expired' });
    expect((await alice.closed).code).toBe(4401);
  });
});

describe('issuing', () => {
  it('gives the operator a token that is accepted', async () => {
    const { status, content } = await issue({ userId: 'carol', name: 'Carol', expiresIn: 60 });
    expect(status).toBe(201);
    expect(content.userId).toBe('carol');
    expect(Math.abs(content.expiresAt - Date.now() - 60_000)).toBeLessThan(5_000);
    const ready = await (await connect(await makeRoom())).enter({ token: content.token });
    expect(ready.participant).toMatchObject({ id: 'u:carol', name: 'Carol' });
  });

  it.each([
    ['no token', {}, 401],
    ['a user token', bearer('somebody'), 403],
    ['a signed token', bearer('eyJhbGciOiJFZERTQSJ9.e30.c2ln'), 403],
  ])('refuses %s', async (_, headers, status) => {
    expect((await call('POST', '/tokens', { userId: 'carol' }, headers)).status).toBe(status);
  });

  it.each([
    ['no userId', {}, 'Missing required fields: userId'],
    ['a userId with a colon', { userId: 'a:b' }, 'userId must be'],
    ['a lifetime of no time', { userId: 'a', expiresIn: 0 }, 'expiresIn must be at least 1'],
    ['a lifetime of a year', { userId: 'a', expiresIn: 31_536_000 }, 'expiresIn must be at most 2592000'],
    ['half a second', { userId: 'a', expiresIn: 0.5 }, 'expiresIn must be a whole number'],
    ['a long name', { userId: 'a', name: 'あ'.repeat(41) }, 'name must be at most 40 characters'],
  ])('refuses %s', async (_, body, text) => {
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

  it.each(algorithms)('may be of %s: what one signs, it verifies, and no other does', async (algorithm) => {
    const tokens = new Jwt(settingsOf(pairs[algorithm]()), systemClock);
    const issued = await tokens.issue({ userId: 'alice', expiresIn: 60 });
    if (!issued.ok) throw new Error(issued.failure.text);
    const { token } = issued.value;
    expect(JSON.parse(atob(token.split('.')[0] ?? ''))).toMatchObject({ alg: algorithm });
    expect(await tokens.verify(token)).toMatchObject({ ok: true, value: { person: { userId: 'alice' } } });
    for (const other of algorithms) {
      const stranger = new Jwt(settingsOf(pairs[other]()), systemClock);
      expect(await stranger.verify(token)).toMatchObject({ ok: false, failure: { code: 'signed_token_invalid' } });
    }
  });

  it('may have lost their line breaks', async () => {
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

  it('of which the public one is another’s issue nothing that nobody would accept', async () => {
    const { JWT_PUBLIC_KEY } = settingsOf(pairs.EdDSA());
    const tokens = new Jwt({ ...settingsOf(pairs.EdDSA()), JWT_PUBLIC_KEY }, systemClock);
    expect(await tokens.issue({ userId: 'alice', expiresIn: 60 })).toMatchObject({ ok: false });
  });

  it.each([
    ['are absent', {}],
    ['are no pair', { ...settingsOf(pairs.EdDSA()), JWT_PUBLIC_KEY: 'key' }],
    ['are empty', { JWT_PUBLIC_KEY: '', JWT_PRIVATE_KEY: '' }],
    ['are no keys', { JWT_PUBLIC_KEY: 'key', JWT_PRIVATE_KEY: 'key' }],
    ['are too short', settingsOf(generateKeyPairSync('rsa', { modulusLength: 1024 }))],
    ['are of another curve', settingsOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))],
  ])('%s: signed tokens get a clear 501', async (_, settings) => {
    const tokens = new Jwt({ JWT_ISSUER: '', JWT_AUDIENCE: '', ...settings }, systemClock);
    const refused = { ok: false, failure: { code: 'no_signed_identities', statusCode: 501 } };
    expect(await tokens.verify(await sign())).toMatchObject(refused);
    expect(await tokens.issue({ userId: 'alice', expiresIn: 60 })).toMatchObject(refused);
    expect(await tokens.verify('any other token')).toMatchObject({ ok: true });
  });
});

it('is found in no room as an admin token', async () => {
  const token = await sign();
  const content = { title: 'a', about: '', tag: [], link: freshLink() };
  const made = await call('POST', '/chat/new', { token, content });
  expect(made.status).toBe(400);
  expect(made.envelope.error).not.toContain(token);
  expect(env.JWT_PUBLIC_KEY).toContain('PUBLIC KEY');
});
