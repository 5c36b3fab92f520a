/**
 * Secrets stay secret: one canary stands in every token that a caller can show, right or wrong, and is then looked for in
 * everything that the service says or keeps: answers, frames, logs, and the bytes of its storage on disk.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../shared/endpoints.ts';
import { socketPath } from '../../shared/paths.ts';
import { Server } from '../support/server.ts';
import { until } from '../support/until.ts';

const canary = `canary${crypto.randomUUID().replaceAll('-', '')}`;
const operatorToken = `${canary}-operator`;

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n');
const signing = {
  JWT_PRIVATE_KEY: pem,
  JWT_PUBLIC_KEY: String(publicKey.export({ type: 'spki', format: 'pem' })).replaceAll('\n', '\\n'),
};

/** What nobody may find: the canary, a genuine signed token once there is one, and the key that signs. */
const secrets = [canary, pem.slice(40, 90)];

let server: Server;
beforeAll(async () => {
  server = await Server.start({
    vars: { ADMIN_TOKEN: operatorToken, REQUEST_LOGS: 'on', RATE_LIMITS: 'on', ...signing },
  });
});
afterAll(async () => {
  await server.stop();
});

/** Everything that was answered or broadcast. */
const heard: string[] = [];

async function ask(method: string, path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(`${server.origin}${path}`, { method, ...init });
  heard.push(JSON.stringify([...response.headers]), await response.text());
  return response.status;
}

/** Where a secret is found, with what stands around it. */
function findings(text: string): string[] {
  return secrets
    .map((secret) => text.indexOf(secret))
    .filter((place) => place >= 0)
    .map((place) => text.slice(Math.max(0, place - 100), place + 100));
}

const json = (body: unknown) => ({ body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const both = (token: string) => ({
  headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
});

/** Opens a socket, says all that, and waits for its end or for the last answer. */
async function converse(link: string, frames: unknown[]): Promise<void> {
  const socket = new WebSocket(
    `${server.origin.replace('http', 'ws')}${socketPath.replace(':link', link)}?token=${canary}`,
  );
  let isOver = false;
  socket.onmessage = ({ data }) => {
    heard.push(String(data));
    isOver ||= String(data).includes('"ref":"last"');
  };
  socket.onclose = ({ reason }) => {
    heard.push(reason);
    isOver = true;
  };
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  for (const frame of [...frames, { type: 'ping', ref: 'last' }]) {
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }
  await until(() => isOver);
  socket.close();
}

/** The bytes of every file of the server's storage: databases, their logs, and KV. */
function storedBytes(): string[] {
  return readdirSync(server.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

const unsigned = `${Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: canary })).toString('base64url')}.${canary}.${canary}`;

it('no token is found in a log, an answer, a broadcast or a stored byte', async () => {
  const [admin, user, claim] = [`${canary}-admin`, `${canary}-user`, `${canary}-claim`];
  const content = { title: '読書会', about: '', tag: [], link: 'the-room' };
  expect(await ask('POST', '/chat/new', json({ token: admin, content }))).toBe(201);
  expect(await ask('POST', '/chat/new', json({ token: admin, content }))).toBe(409);
  const post = { token: user, adminToken: admin, clientId: 'a', text: 'marker-of-what-is-stored' };
  expect(await ask('POST', '/chat/the-room/messages', json(post))).toBe(201);
  expect(await ask('POST', '/chat/the-room/messages', json({ ...post, adminToken: `${canary}-wrong` }))).toBe(403);
  expect(await ask('POST', '/chat/the-room/participants', json({ action: 'join', token: user }))).toBe(200);
  expect(await ask('POST', '/chat/the-room/participants', json({ action: 'leave', lease: canary }))).toBe(404);
  expect(await ask('POST', '/storeChatMessage', json({ token: claim, userId: 'alice', message: 'x' }))).toBe(201);
  expect(await ask('GET', '/getAllSessions?userId=alice', bearer(claim))).toBe(200);
  expect(await ask('GET', '/getAllSessions?userId=alice', bearer(`${canary}-thief`))).toBe(403);
  expect(await ask('GET', '/metrics', bearer(operatorToken))).toBe(200);
  expect(await ask('GET', '/metrics', bearer(canary))).toBe(403);
  expect(await ask('POST', '/tokens', json({ token: canary, userId: 'alice' }))).toBe(403);
  expect(await ask('POST', '/directory/rebuild', json({ token: operatorToken }))).toBe(200);
  expect(await ask('GET', `/chat/the-room?token=${admin}`)).toBe(200);
  const update = { token: admin, link: 'the-room', content: { title: '新しい名前', newToken: `${admin}-new` } };
  expect(await ask('PUT', '/chat/update', json(update))).toBe(200);

  // A genuine signed token, of which each part is as good as the whole.
  const asked = { method: 'POST', body: JSON.stringify({ userId: 'carol' }), ...both(operatorToken) };
  const issued = await fetch(`${server.origin}/tokens`, asked);
  const { content: signed } = (await issued.json()) as { content: { token: string } };
  secrets.push(...signed.token.split('.').slice(1));
  const { token: genuine } = signed;
  expect(await ask('POST', '/storeChatMessage', { ...json({ userId: 'carol', message: 'x' }), ...both(genuine) })).toBe(
    201,
  );
  expect(await ask('GET', '/getAllSessions?userId=carol', bearer(genuine))).toBe(200);
  expect(await ask('POST', '/chat/the-room/messages', json({ token: genuine, clientId: 's', text: 'x' }))).toBe(201);
  expect(await ask('GET', `/chat/the-room?token=${genuine}`)).toBe(200);
  expect(await ask('GET', '/getAllSessions?userId=alice', bearer(genuine))).toBe(403);

  // Calls that are well formed but for a token, which is wrong: they get to where tokens are weighed.
  const wrong = `${canary}-wrong`;
  const wellFormed: [string, string, RequestInit, number][] = [
    ['PUT', '/chat/update', json({ token: wrong, link: 'the-room', content: { title: 'x' } }), 403],
    ['DELETE', '/chat/delete', json({ token: wrong, link: 'the-room' }), 403],
    ['GET', `/chat/the-room?token=${wrong}`, {}, 200],
    ['GET', `/chat/list?token=${wrong}`, {}, 200],
    ['GET', '/chat/the-room/messages', bearer(wrong), 200],
    ['GET', '/chat/the-room/moderation', bearer(wrong), 403],
    ['POST', '/chat/the-room/moderation', json({ token: wrong, action: 'lock' }), 403],
    ['PUT', '/chat/the-room/messages/1', json({ token: wrong, text: 'x' }), 403],
    ['DELETE', '/chat/the-room/messages/1', json({ token: wrong }), 403],
    ['PUT', '/chat/the-room/messages/1/reactions/%F0%9F%91%8D', json({ token: wrong }), 200],
    ['POST', '/chat/the-room/messages/1/report', json({ token: wrong }), 201],
    ['DELETE', '/deleteChatHistory?userId=alice&sessionId=s', bearer(wrong), 403],
    ['POST', '/directory/rebuild', json({ token: wrong }), 403],
  ];
  for (const [method, path, init, status] of wellFormed)
    expect([path, await ask(method, path, init)]).toEqual([path, status]);

  // Every call of the table with the token in every place, fitting or not, and in every wrong form.
  for (const { method, path } of Object.values(endpoints)) {
    const at = path.replace(':link', 'the-room');
    for (const token of [canary, unsigned, canary.repeat(20)]) {
      await ask(method, `${at}?token=${token}&${token}=${token}&limit=${token}`, bearer(token));
      if (method === 'GET') continue;
      const bodies = [
        { token },
        { token, adminToken: token, lease: token, content: token, clientId: token.slice(0, 9) },
        { token: [token], [token]: token, action: token, userId: `${token}:`, sessionId: `${token}/`, message: 7 },
      ];
      for (const body of bodies) await ask(method, at, json(body));
      await ask(method, at, { body: `{"token": "${token}", broken`, headers: { 'Content-Type': 'application/json' } });
      await ask(method, at, { body: `token=${token}`, headers: { Cookie: `token=${token}`, 'X-Token': token } });
    }
  }
  await ask('GET', `/no-such-path?token=${canary}`, bearer(canary));
  await ask('PATCH', `/chat/list?token=${canary}`);

  await converse('the-room', [
    { type: 'auth', token: user, name: 'Alice' },
    { type: 'auth', token: user, lease: canary, resume: { epoch: canary, rev: 1 } },
    { type: 'send', clientId: 'b', text: 'x', token: canary, adminToken: canary },
    { type: canary, token: canary },
    { type: 'auth', token: [canary] },
    `{"type":"auth","token":"${canary}`,
  ]);
  for (const auth of [
    { token: unsigned },
    { adminToken: `${canary}-wrong` },
    { token: `${canary}-other`, adminToken: operatorToken },
  ]) {
    await converse('the-room', [{ type: 'auth', ...auth }]);
  }
  await converse('no-such-room', [{ type: 'auth', token: canary }]);

  await server.kill();
  const files = storedBytes();
  // The search itself works: what is stored and said is found.
  expect(files.some((bytes) => bytes.includes('marker-of-what-is-stored'))).toBe(true);
  expect(files.some((bytes) => bytes.includes('the-room'))).toBe(true);
  expect(heard.some((text) => text.includes('marker-of-what-is-stored'))).toBe(true);
  expect(server.said).toContain('"event":"request"');

  expect(files.flatMap(findings)).toEqual([]);
  expect(heard.flatMap(findings)).toEqual([]);
  expect(findings(server.said)).toEqual([]);
});
