/** User sessions on a real server, with the calls of the README. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import type { Envelope } from '../../shared/envelope.ts';
import { type CurlRequest, parseCurl } from '../support/curl.ts';
import { callAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `npm run keys` and reads the variables that it wrote, as the server does. */
function makeKeys(algorithm: string): Record<string, string> {
  const file = join(mkdtempSync(join(tmpdir(), 'flexio-keys-')), '.dev.vars');
  execFileSync(process.execPath, [join(root, 'docs/make-keys.ts'), algorithm, file]);
  const lines = readFileSync(file, 'utf8').matchAll(/^(\w+)="(.*)"$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

let server: Server;
beforeAll(async () => {
  server = await Server.start({ vars: { ADMIN_TOKEN: 'operator-secret', ...makeKeys('ES256') } });
});
afterAll(async () => {
  await server.stop();
});

/** @returns the curl calls in a section of a README, in order */
function callsOf(readme: string, heading: string): CurlRequest[] {
  const text = readFileSync(join(root, readme), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/```bash\n([\s\S]*?)```/g)].map(
    ([, block]) => block ?? '',
  );
  return blocks.filter((block) => block.startsWith('curl')).flatMap(parseCurl);
}

async function run({ method, url, headers, body }: CurlRequest, token: string) {
  const response = await fetch(url.replace('http://localhost:8787', server.origin), {
    method,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('TOKEN', token)])),
    ...(body !== undefined && { body }),
  });
  const envelope = (await response.json()) as Envelope<Record<string, unknown>>;
  return { status: response.status, content: envelope.content };
}

describe.each([
  ['README.md', 'User sessions'],
  ['README.ja.md', 'ユーザーのセッション'],
])('the calls of %s', (readme, heading) => {
  it('work as written: without a token, with the issued token, then with a signed token', async () => {
    const [firstCall, ...rest] = callsOf(readme, heading);
    const issue = rest.pop();
    if (!firstCall || !issue || rest.length !== 4) throw new Error('the README has other calls than the test knows');
    // Each README gets its own user, so that both run on one server.
    const asUser = (request: CurlRequest): CurlRequest => {
      const named = (text: string) => text.replaceAll('alice', `alice-${readme}`);
      return { ...request, url: named(request.url), ...(request.body && { body: named(request.body) }) };
    };
    const all = async (token: string) => {
      const answers = [];
      for (const request of rest) answers.push(await run(asUser(request), token));
      return answers;
    };
    const first = await run(asUser(firstCall), '');
    expect(first.status).toBe(201);
    const token = String(first.content.token);
    expect((await all('another-user')).map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const answers = await all(token);
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200]);
    expect(answers[1]?.content).toMatchObject({ messages: [{ chatId: 'first' }, { role: 'assistant' }] });
    expect(answers[2]?.content).toMatchObject({ sessions: [{ sessionId: 'monday', messageCount: 2 }] });
    const issued = await run(asUser(issue), '');
    expect(issued.status).toBe(201);
    const signed = String(issued.content.token);
    expect((await all(signed)).map(({ status }) => status)).toEqual([201, 200, 200, 200]);
    expect((await all(token)).map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await run(asUser(firstCall), '')).status).toBe(401);
  });
});

it('sessions, their owner and their messages survive SIGKILL', async () => {
  const entries = Array.from({ length: 20 }, (_, place) => ({
    userId: 'bob',
    token: 'bob-secret',
    sessionId: `s${place % 3}`,
    chatId: `c${place}`,
    message: `${place} 件目`,
  }));
  for (const entry of entries) await callAt(server.origin, 'POST', '/storeChatMessage', entry);
  const read = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${server.origin}/getAllSessions?userId=bob`, { headers });
    return (await response.json()) as Envelope<CallContent<'getAllSessions'>>;
  };
  const before = await read('bob-secret');
  expect(before.content.sessions.map(({ messageCount }) => messageCount)).toEqual([6, 7, 7]);
  await server.kill();
  await server.boot();
  expect(await read('bob-secret')).toEqual(before);
  expect((await read('another')).statusCode).toBe(403);
  for (const entry of entries) {
    expect((await callAt(server.origin, 'POST', '/storeChatMessage', entry)).statusCode).toBe(200);
  }
  expect(await read('bob-secret')).toEqual(before);
});

it('without keys, signed tokens get a 501 with the reason', async () => {
  const bare = await Server.start({ vars: { ADMIN_TOKEN: 'operator-secret' } });
  try {
    const token = 'eyJhbGciOiJFZERTQSJ9.e30.c2ln';
    const answers = [
      await callAt(bare.origin, 'POST', '/tokens', { token: 'operator-secret', userId: 'alice' }),
      await callAt(bare.origin, 'POST', '/storeChatMessage', { token, userId: 'alice', message: 'x' }),
      await callAt(bare.origin, 'GET', `/chat/list?token=${token}`),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        statusCode: 501,
        error: expect.stringContaining('does not accept signed tokens'),
      });
    }
  } finally {
    await bare.stop();
  }
});
