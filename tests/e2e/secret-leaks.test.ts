/**
 * No token leaks: one marker, the canary, is part of every token that the test sends, valid or not. The test searches for
 * it in everything that the service sends or stores: responses, frames, logs, and the storage on disk.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../shared/endpoints.ts';
import { socketPath } from '../../shared/paths.ts';
import { Server } from '../support/server.ts';
import { waitUntil } from '../support/wait-until.ts';

const canary = `canary${crypto.randomUUID().replaceAll('-', '')}`;
const operatorToken = `${canary}-operator`;

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n');
const signing = {
  JWT_PRIVATE_KEY: pem,
  JWT_PUBLIC_KEY: String(publicKey.export({ type: 'spki', format: 'pem' })).replaceAll('\n', '\\n'),
};

/** What must not be found: the canary, the parts of a valid signed token once there is one, and the signing key. */
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

/** Every response and frame that was received. */
const received: string[] = [];

async function request(method: string, path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(`${server.origin}${path}`, { method, ...init });
  received.push(JSON.stringify([...response.headers]), await response.text());
  return response.status;
}

/** @returns each place where a secret occurs, with 100 characters before and after */
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

/** Opens a socket, sends the frames and a ping, and waits for its reply or for the close. */
async function sendFrames(link: string, frames: unknown[]): Promise<void> {
  const socket = new WebSocket(
    `${server.origin.replace('http', 'ws')}${socketPath.replace(':link', link)}?token=${canary}`,
  );
  let isOver = false;
  socket.onmessage = ({ data }) => {
    received.push(String(data));
    isOver ||= String(data).includes('"ref":"last"');
  };
  socket.onclose = ({ reason }) => {
    received.push(reason);
    isOver = true;
  };
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  for (const frame of [...frames, { type: 'ping', ref: 'last' }]) {
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }
  await waitUntil(() => isOver);
  socket.close();
}

/** The bytes of every file of the server's storage: databases, write-ahead logs, and KV. */
function storedBytes(): string[] {
  return readdirSync(server.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

const unsigned = `${Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: canary })).toString('base64url')}.${canary}.${canary}`;

it('no token is found in logs, responses, broadcasts or the storage', async () => {
  const [admin, user, claim] = [`${canary}-admin`, `${canary}-user`, `${canary}-claim`];
  const content = { title: '読書会', about: '', tag: [], link: 'the-room' };
  expect(await request('POST', '/chat/new', json({ token: admin, content }))).toBe(201);
  expect(await request('POST', '/chat/new', json({ token: admin, content }))).toBe(409);
  const post = { token: user, adminToken: admin, clientId: 'a', text: 'marker-of-what-is-stored' };
  expect(await request('POST', '/chat/the-room/messages', json(post))).toBe(201);
  expect(await request('POST', '/chat/the-room/messages', json({ ...post, adminToken: `${canary}-wrong` }))).toBe(403);
  expect(await request('POST', '/chat/the-room/participants', json({ action: 'join', token: user }))).toBe(200);
  expect(await request('POST', '/chat/the-room/participants', json({ action: 'leave', lease: canary }))).toBe(404);
  expect(await request('POST', '/storeChatMessage', json({ token: claim, userId: 'alice', message: 'x' }))).toBe(201);
  expect(await request('GET', '/getAllSessions?userId=alice', bearer(claim))).toBe(200);
  expect(await request('GET', '/getAllSessions?userId=alice', bearer(`${canary}-thief`))).toBe(403);
  expect(await request('GET', '/metrics', bearer(operatorToken))).toBe(200);
  expect(await request('GET', '/metrics', bearer(canary))).toBe(403);
  expect(await request('POST', '/tokens', json({ token: canary, userId: 'alice' }))).toBe(403);
  expect(await request('POST', '/directory/rebuild', json({ token: operatorToken }))).toBe(200);
  expect(await request('GET', `/chat/the-room?token=${admin}`)).toBe(200);
  const update = { token: admin, link: 'the-room', content: { title: '新しい名前', newToken: `${admin}-new` } };
  expect(await request('PUT', '/chat/update', json(update))).toBe(200);

  // A valid signed token. Its payload and its signature are searched for separately.
  const tokenRequest = { method: 'POST', body: JSON.stringify({ userId: 'carol' }), ...both(operatorToken) };
  const issued = await fetch(`${server.origin}/tokens`, tokenRequest);
  const { content: signed } = (await issued.json()) as { content: { token: string } };
  secrets.push(...signed.token.split('.').slice(1));
  const { token: valid } = signed;
  expect(
    await request('POST', '/storeChatMessage', { ...json({ userId: 'carol', message: 'x' }), ...both(valid) }),
  ).toBe(201);
  expect(await request('GET', '/getAllSessions?userId=carol', bearer(valid))).toBe(200);
  expect(await request('POST', '/chat/the-room/messages', json({ token: valid, clientId: 's', text: 'x' }))).toBe(201);
  expect(await request('GET', `/chat/the-room?token=${valid}`)).toBe(200);
  expect(await request('GET', '/getAllSessions?userId=alice', bearer(valid))).toBe(403);

  // Valid calls with a wrong token, so that they reach the check of the token.
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
    expect([path, await request(method, path, init)]).toEqual([path, status]);

  // Every endpoint with the token in every place, valid or not, and in every wrong form.
  for (const { method, path } of Object.values(endpoints)) {
    const at = path.replace(':link', 'the-room');
    for (const token of [canary, unsigned, canary.repeat(20)]) {
      await request(method, `${at}?token=${token}&${token}=${token}&limit=${token}`, bearer(token));
      if (method === 'GET') continue;
      const bodies = [
        { token },
        { token, adminToken: token, lease: token, content: token, clientId: token.slice(0, 9) },
        { token: [token], [token]: token, action: token, userId: `${token}:`, sessionId: `${token}/`, message: 7 },
      ];
      for (const body of bodies) await request(method, at, json(body));
      await request(method, at, {
        body: `{"token": "${token}", broken`,
        headers: { 'Content-Type': 'application/json' },
      });
      await request(method, at, { body: `token=${token}`, headers: { Cookie: `token=${token}`, 'X-Token': token } });
    }
  }
  await request('GET', `/no-such-path?token=${canary}`, bearer(canary));
  await request('PATCH', `/chat/list?token=${canary}`);

  await sendFrames('the-room', [
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
    await sendFrames('the-room', [{ type: 'auth', ...auth }]);
  }
  await sendFrames('no-such-room', [{ type: 'auth', token: canary }]);

  await server.kill();
  const files = storedBytes();
  // The search itself works: texts that were stored and sent are found.
  expect(files.some((bytes) => bytes.includes('marker-of-what-is-stored'))).toBe(true);
  expect(files.some((bytes) => bytes.includes('the-room'))).toBe(true);
  expect(received.some((text) => text.includes('marker-of-what-is-stored'))).toBe(true);
  expect(server.output).toContain('"event":"request"');

  expect(files.flatMap(findings)).toEqual([]);
  expect(received.flatMap(findings)).toEqual([]);
  expect(findings(server.output)).toEqual([]);
});
