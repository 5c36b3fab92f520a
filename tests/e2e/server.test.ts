/** Behaviour that only a real server process shows: stored data survives SIGKILL, and every request gets a response. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RoomConnection, type RoomState } from '../../client/index.ts';
import type { Message, MessagePage } from '../../shared/message.ts';
import type { RoomView } from '../../shared/room.ts';
import { callAt, makeRoomAt } from '../support/rest.ts';
import { Server } from '../support/server.ts';
import { waitUntil } from '../support/wait-until.ts';

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(async () => {
  await server.stop();
});

const messagesOf = async (link: string) =>
  (await callAt<MessagePage>(server.origin, 'GET', `/chat/${link}/messages?after=0&limit=100`)).content;

it('a room with history survives SIGKILL: same rooms, messages, ids, rev and epoch', async () => {
  const link = await makeRoomAt(server.origin);
  for (let turn = 1; turn <= 20; turn++) {
    const body = { token: `person-${turn % 3}`, clientId: `${turn}`, text: `${turn} 件目` };
    await callAt(server.origin, 'POST', `/chat/${link}/messages`, body);
  }
  const rooms = async () => (await callAt<{ chats: RoomView[] }>(server.origin, 'GET', '/chat/list')).content;
  const before = { page: await messagesOf(link), rooms: await rooms() };
  await server.kill();
  await server.boot();
  expect(await messagesOf(link)).toEqual(before.page);
  expect(await rooms()).toEqual(before.rooms);
  expect(before.page.messages).toHaveLength(20);
  expect(before.page.rev).toBe(20);
  const again = await callAt<Message>(server.origin, 'POST', `/chat/${link}/messages`, {
    token: 'person-1',
    clientId: '1',
    text: '1 件目',
  });
  expect(again).toMatchObject({ statusCode: 200, content: { id: 1 } });
});

it('messages acknowledged before a SIGKILL are stored, and the others are sent exactly once', async () => {
  const link = await makeRoomAt(server.origin);
  let state: RoomState | undefined;
  const connection = new RoomConnection({
    origin: server.origin,
    link,
    token: 'alice-token',
    name: 'alice',
    onState: (next) => {
      state = next;
    },
  });
  try {
    await waitUntil(() => state?.phase.name === 'live');
    for (let turn = 1; turn <= 30; turn++) connection.send(`${turn}`);
    await waitUntil(() => (state?.outgoing.length ?? 30) < 25);
    await server.kill();
    const acknowledged = 30 - (state?.outgoing.length ?? 0);
    await waitUntil(() => state?.phase.name === 'reconnecting');
    for (let turn = 31; turn <= 40; turn++) connection.send(`${turn}`);
    await server.boot();
    const stored = (await messagesOf(link)).messages.map((message) => message.text);
    expect(stored.length).toBeGreaterThanOrEqual(acknowledged);
    await waitUntil(() => state?.phase.name === 'live' && state.outgoing.length === 0);
    const { messages, rev } = await messagesOf(link);
    expect(messages.map((message) => message.text)).toEqual(Array.from({ length: 40 }, (_, index) => `${index + 1}`));
    expect(rev).toBe(40);
    await waitUntil(() => state?.messages.length === 40);
    expect(state?.messages).toEqual(messages);
  } finally {
    connection.close();
  }
});

it('a body far over the limit gets a 413 response, and the connection is not reset', async () => {
  for (const size of [40_000, 1_000_000, 5_000_000]) {
    for (let turn = 0; turn < 5; turn++) {
      const response = await fetch(`${server.origin}/chat/new`, { method: 'POST', body: 'x'.repeat(size) });
      expect(await response.json()).toMatchObject({ statusCode: 413, error: 'Request body too large' });
    }
  }
});

it.each([
  ['POST', '/', 405, 'Method not allowed'],
  ['GET', '/no/such/page', 404, 'Not found'],
  ['POST', '/no/such/page', 404, 'Not found'],
])('%s %s returns the error in the envelope', async (method, path, statusCode, text) => {
  expect(await callAt(server.origin, method, path)).toEqual({ statusCode, content: text, error: text });
});

it.each(['/chat', '/chat/'])('%s redirects to the lobby', async (path) => {
  const response = await fetch(server.origin + path, { redirect: 'manual' });
  expect([response.status, response.headers.get('Location')]).toEqual([302, `${server.origin}/`]);
});

it('an outbox larger than the rate limit of a participant is sent exactly once and in order', async () => {
  const limited = await Server.start({ vars: { RATE_LIMITS: 'on' } });
  try {
    const link = await makeRoomAt(limited.origin);
    const outgoing = Array.from({ length: 25 }, (_, place) => ({
      clientId: `c${place}`,
      text: `${place}`,
      createdAt: Date.now(),
    }));
    const connection = new RoomConnection({
      origin: limited.origin,
      link,
      token: 'alice-token',
      outgoing,
      onState: () => undefined,
    });
    await waitUntil(() => connection.state.messages.length === 25);
    connection.close();
    const { content } = await callAt<MessagePage>(limited.origin, 'GET', `/chat/${link}/messages`);
    expect(content.messages.map(({ text }) => text)).toEqual(outgoing.map(({ text }) => text));
  } finally {
    await limited.stop();
  }
});
