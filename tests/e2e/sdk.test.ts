/** The client library in Node, as an application uses it, against a real server. */
import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApi, RoomConnection, type RoomConnectionOptions, type ServerFrame } from '../../client/index.ts';
import { NetworkProxy } from '../support/network-proxy.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { waitUntil } from '../support/wait-until.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const oneLine = (pem: string | Buffer) => String(pem).replaceAll('\n', '\\n');

const root = fileURLToPath(new URL('../..', import.meta.url));

let server: Server;
let proxy: NetworkProxy;
beforeAll(async () => {
  server = await Server.start({
    vars: {
      ADMIN_TOKEN: 'operator-secret',
      JWT_PRIVATE_KEY: oneLine(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      JWT_PUBLIC_KEY: oneLine(publicKey.export({ type: 'spki', format: 'pem' })),
    },
  });
  proxy = await NetworkProxy.start(server.origin);
});
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

const connections: RoomConnection[] = [];
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

/** Joins a room; the name is also the token. @returns the connection once it is live */
async function joinRoom(link: string, name: string, options: Partial<RoomConnectionOptions> = {}) {
  const connection = new RoomConnection({ origin: server.origin, link, token: name, name, ...options });
  connections.push(connection);
  await waitUntil(() => connection.state.phase.name === 'live');
  return connection;
}

/** @returns the texts of the stored messages, read over REST */
async function storedTexts(link: string): Promise<string[]> {
  const api = createApi({ origin: server.origin });
  const { messages } = await api.listMessages({ params: { link }, query: { limit: '100' } });
  return messages.map(({ text }) => text);
}

const textsOf = ({ state }: RoomConnection) => state.messages.map(({ text }) => text);
const count = (length: number) => Array.from({ length }, (_, place) => `${place + 1}`);

describe('messages', () => {
  it('sent while disconnected are stored once and in order after the reconnect', async () => {
    const link = await makeRoomAt(server.origin);
    const bob = await joinRoom(link, 'bob');
    const alice = await joinRoom(link, 'alice', { origin: proxy.origin });
    proxy.interrupt();
    await waitUntil(() => alice.state.phase.name === 'reconnecting');
    const sent = ['one', 'two', 'three'].map((text) => alice.send(text));
    bob.send('meanwhile');
    await waitUntil(() => textsOf(bob).length === 1);
    expect(alice.state.outgoing.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    proxy.restore();
    alice.reconnect();
    const acks = await Promise.all(sent.map(({ stored }) => stored));
    expect(acks.map(({ messageId }) => messageId)).toEqual([2, 3, 4]);
    const all = ['meanwhile', 'one', 'two', 'three'];
    await waitUntil(() => textsOf(alice).length === 4 && textsOf(bob).length === 4);
    expect([textsOf(alice), textsOf(bob), await storedTexts(link)]).toEqual([all, all, all]);
    expect(alice.state.outgoing).toEqual([]);
  });

  it('are stored once and in order although the server is killed while they are sent', async () => {
    const link = await makeRoomAt(server.origin);
    const alice = await joinRoom(link, 'alice');
    const bob = await joinRoom(link, 'bob');
    const sent = count(60).map((text) => alice.send(text));
    let stored = 0;
    let killed: Promise<void> | undefined;
    const countStored = () => {
      if (++stored === 5) killed = server.kill();
    };
    for (const one of sent) void one.stored.then(countStored);
    await waitUntil(() => killed !== undefined);
    await killed;
    expect(stored).toBeLessThan(60);
    await waitUntil(() => alice.state.phase.name === 'reconnecting');
    const late = alice.send('61');
    await server.boot();
    alice.reconnect();
    bob.reconnect();
    await Promise.all([...sent, late].map((one) => one.stored));
    await waitUntil(() => bob.state.newestId === 61 && alice.state.newestId === 61);
    expect(await storedTexts(link)).toEqual(count(61));
    // A client that missed more than a page has at least the newest messages.
    expect(textsOf(bob)).toEqual(count(61).slice(-textsOf(bob).length));
    expect(alice.state.outgoing).toEqual([]);
  });
});

describe('two participants', () => {
  it('see each other’s edits, deletions and reactions', async () => {
    const link = await makeRoomAt(server.origin);
    const [alice, bob] = [await joinRoom(link, 'alice'), await joinRoom(link, 'bob')];
    const { messageId } = await alice.send('Helo').stored;
    await waitUntil(() => textsOf(bob).length === 1);
    await alice.edit(messageId, 'Hello');
    await bob.react(messageId, '👍', true);
    const both = [alice, bob];
    await waitUntil(() => both.every(({ state }) => state.messages[0]?.reactions.length === 1));
    expect(both.map(textsOf)).toEqual([['Hello'], ['Hello']]);
    expect(both.map(({ state }) => state.messages[0]?.reactions[0]?.mine ?? false)).toEqual([false, true]);
    await expect(bob.edit(messageId, 'Goodbye')).rejects.toMatchObject({ statusCode: 403 });
    await expect(bob.react(99, '👍', true)).rejects.toMatchObject({ statusCode: 404 });
    await bob.react(messageId, '👍', false);
    await alice.delete(messageId);
    await waitUntil(() => both.every(({ state }) => state.messages[0]?.deletedAt !== undefined));
    expect(both.map(({ state }) => state.messages[0])).toMatchObject([
      { text: '', reactions: [] },
      { text: '', reactions: [] },
    ]);
  });

  it('see each other’s typing and read markers', async () => {
    const link = await makeRoomAt(server.origin);
    const [alice, bob] = [await joinRoom(link, 'alice'), await joinRoom(link, 'bob')];
    alice.typing(true);
    await waitUntil(() => bob.state.typing[0]?.participant.name === 'alice');
    const { messageId } = await alice.send('Hello').stored;
    await waitUntil(() => textsOf(bob).length === 1);
    expect(bob.state.typing).toEqual([]);
    bob.read(messageId);
    await waitUntil(() => alice.state.marks[bob.state.self?.id ?? ''] === messageId);
  });

  it('jump to an old message, load newer ones from there, and return to messages sent meanwhile', async () => {
    const link = await makeRoomAt(server.origin);
    for (const text of count(300)) {
      await callAt(server.origin, 'POST', `/chat/${link}/messages`, { token: 'carol', clientId: text, text });
    }
    const [alice, bob] = [await joinRoom(link, 'alice'), await joinRoom(link, 'bob')];
    expect(textsOf(alice)).toEqual(count(300).slice(-50));
    await alice.jumpTo(5);
    expect(textsOf(alice)).toEqual(count(29));
    expect(alice.state).toMatchObject({ hasNewer: true, hasOlder: false, newestId: 300 });
    await bob.send('301').stored;
    await waitUntil(() => alice.state.newestId === 301);
    expect(textsOf(alice)).toEqual(count(29));
    await alice.loadNewer();
    expect(textsOf(alice)).toEqual(count(79));
    await alice.goToNewest();
    expect(alice.state.hasNewer).toBe(false);
    expect(textsOf(alice)).toEqual(count(301).slice(-50));
    while (alice.state.hasOlder) await alice.loadOlder();
    expect(textsOf(alice)).toEqual(count(301));
    alice.trim(100);
    expect(textsOf(alice)).toEqual(count(301).slice(-100));
    await expect(alice.jumpTo(999)).rejects.toMatchObject({ statusCode: 404 });
  });
});

it('a signed token that expires within seconds is renewed, and the participant does not leave', async () => {
  const link = await makeRoomAt(server.origin);
  const frames: ServerFrame[] = [];
  const bob = await joinRoom(link, 'bob', { onFrame: (frame) => frames.push(frame) });
  const api = createApi({ origin: server.origin });
  const expiries: number[] = [];
  const token = async () => {
    const call = { body: { userId: 'alice', name: 'Alice', expiresIn: 8 } };
    const issued = await api.issueToken(call, { bearer: 'operator-secret' });
    expiries.push(issued.expiresAt);
    return issued.token;
  };
  const alice = await joinRoom(link, 'alice', { token });
  expect(alice.state.self).toMatchObject({ id: 'u:alice', name: 'Alice' });
  await waitUntil(() => expiries.length >= 3 && Date.now() > (expiries[0] ?? 0));
  expect(await alice.send('still here').stored).toMatchObject({ messageId: 1 });
  await waitUntil(() => textsOf(bob).length === 1);
  expect(alice.state.phase.name).toBe('live');
  expect(frames.filter((frame) => frame.type === 'presence' && frame.left)).toEqual([]);
});

it('a signed token that expired during sleep is renewed before a message is sent', async () => {
  const link = await makeRoomAt(server.origin);
  const api = createApi({ origin: server.origin });
  let issued = 0;
  let sleeping: (() => void) | undefined;
  const token = async () => {
    issued++;
    // As on a laptop that sleeps: the renewal does not finish.
    if (issued === 2) await new Promise<void>((resolve) => (sleeping = resolve));
    const call = { body: { userId: 'alice', expiresIn: issued === 1 ? 2 : 600 } };
    return (await api.issueToken(call, { bearer: 'operator-secret' })).token;
  };
  const alice = await joinRoom(link, 'alice', { token });
  const bob = await joinRoom(link, 'bob');
  await waitUntil(() => sleeping !== undefined);
  await waitUntil(async () => {
    const refused = await alice.edit(1, 'x').catch((error: { statusCode: number }) => error.statusCode);
    return refused === 401;
  });
  const { stored } = alice.send('awake');
  expect(await stored).toMatchObject({ messageId: 1 });
  await waitUntil(() => textsOf(bob).length === 1);
  expect(bob.state.messages[0]?.author.id).toBe('u:alice');
});

it('moderation takes effect for the moderator and for its target', async () => {
  const link = await makeRoomAt(server.origin);
  const frames: ServerFrame[] = [];
  const carol = await joinRoom(link, 'carol', { adminToken: 'admin-secret', onFrame: (frame) => frames.push(frame) });
  const bob = await joinRoom(link, 'bob');
  const target = bob.state.self?.id ?? '';
  const { messageId } = await bob.send('advertising').stored;

  await expect(bob.moderate({ action: 'lock' })).rejects.toMatchObject({ statusCode: 403 });
  expect(await bob.report(messageId, 'my own')).toMatchObject({ action: 'report' });
  await waitUntil(() => frames.some((frame) => frame.type === 'moderation' && frame.entry.action === 'report'));

  expect(await carol.moderate({ action: 'mute', target, seconds: 600 })).toMatchObject({ action: 'mute' });
  await waitUntil(() => bob.state.self?.mutedUntil !== undefined);
  const { clientId, stored } = bob.send('muted');
  await expect(stored).rejects.toMatchObject({ statusCode: 403 });
  await carol.moderate({ action: 'unmute', target });
  await waitUntil(() => bob.state.self?.mutedUntil === undefined);
  expect(await bob.retry(clientId).stored).toMatchObject({ clientId });

  await carol.moderate({ action: 'slow', seconds: 600 });
  await waitUntil(() => bob.state.chatSettings.slowSeconds === 600);
  bob.send('hasty');
  await waitUntil(() => bob.state.waitUntil > Date.now());
  expect(bob.state.outgoing).toMatchObject([{ text: 'hasty' }]);
  await carol.moderate({ action: 'slow', seconds: 0 });

  await carol.moderate({ action: 'promote', target });
  await waitUntil(() => bob.state.role === 'moderator');
  await carol.moderate({ action: 'kick', target, reason: 'enough' });
  await waitUntil(() => bob.state.phase.name === 'ended');
  expect(bob.state.phase).toMatchObject({ code: 4403, reason: expect.stringContaining('enough') });
});

describe('the example of the README', () => {
  /** The example of a README without its comments, which are in the language of the README. */
  function example(readme: string): string {
    const text = readFileSync(`${root}${readme}`, 'utf8');
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
    return code.replaceAll(/ \/\/ .*$/gm, '');
  }

  it('is the same in both languages, runs as written, and ends', async () => {
    const code = example('README.md');
    expect(example('README.ja.md')).toBe(code);
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'client/tsconfig.json'], { cwd: root });
    const link = await makeRoomAt(server.origin);
    const here = code.replace('http://localhost:8787', server.origin).replace('reading-circle', link);
    expect(here).not.toBe(code);
    const node = promisify(execFile)(process.execPath, ['--input-type=module', '-e', here], { cwd: root });
    const { stdout } = await node;
    expect(stdout).toContain("'読書会'");
    expect(stdout).toContain('live 1 0 1');
    expect(stdout.trim()).toMatch(/\nended 1 \d+ [01]$/);
    const bob = await joinRoom(link, 'bob');
    expect(bob.state.messages).toMatchObject([
      { text: 'Hello', author: { name: 'Alice' }, reactions: [{ emoji: '👍', count: 1 }] },
    ]);
  });
});
