/** What a post costs: the SQL statements that the room runs for it. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import type { ChatRoom } from '../../objects/chat-room/index.ts';
import { call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { joinRoom } from '../support/pool/sockets.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/**
 * The statements of `work`, without line breaks. It runs inside the object and waits for nothing but promises that are
 * already settled, so no delivery to a replica or other object runs in between.
 */
async function statementsDuring(
  link: string,
  work: (room: ChatRoom, state: DurableObjectState) => unknown,
): Promise<string[]> {
  return runInDurableObject(await roomObject(link), async (room: ChatRoom, state) => {
    const statements: string[] = [];
    const prototype = Object.getPrototypeOf(state.storage.sql);
    const { exec } = prototype;
    prototype.exec = function record(this: SqlStorage, ...statement: Parameters<SqlStorage['exec']>) {
      statements.push(statement[0].replace(/\s+/g, ' '));
      return exec.apply(this, statement);
    };
    try {
      await work(room, state);
    } finally {
      prototype.exec = exec;
    }
    return statements;
  });
}

const draft = (clientId: string) => ({ clientId, text: 'hi' });

/**
 * A room whose replicas hold its creation and are marked for what follows. The clock and the jitter of deliveries are
 * fixed: otherwise a second mark may be due earlier than the first, and be written.
 */
async function activeRoom() {
  setClock(Date.now());
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const link = await makeRoom();
  await expect.poll(() => env.CHATS.get(`chat:${link}`)).not.toBeNull();
  const alice = await joinRoom(link, 'alice');
  await call('POST', `/chat/${link}/messages`, { token: 'alice-token', ...draft('first') });
  return { link, alice };
}

/** Delivers a `send` frame of the only socket. */
function receive(room: ChatRoom, state: DurableObjectState, clientId: string): unknown {
  const [socket] = state.getWebSockets();
  return socket && room.webSocketMessage(socket, JSON.stringify({ type: 'send', ...draft(clientId) }));
}

it('a message is looked up once by its clientId, and the row of the log is updated once', async () => {
  const { link, alice } = await activeRoom();
  const statements = await statementsDuring(link, (room, state) => receive(room, state, 'second'));
  expect(await alice.next('ack')).toMatchObject({ duplicate: false });
  expect(
    statements.filter((statement) => /FROM messages WHERE author_id = \? AND client_id = \?/.test(statement)),
  ).toHaveLength(1);
  expect(statements.filter((statement) => statement.startsWith('UPDATE log'))).toHaveLength(1);
  expect(statements.filter((statement) => statement.includes('FROM conduct'))).toEqual([]);
  expect(statements).toHaveLength(6);
});

it('a message by REST takes one statement more, for bans of its address', async () => {
  const { link } = await activeRoom();
  const caller = { token: 'alice-token', address: '192.0.2.1', joinKey: undefined };
  const statements = await statementsDuring(link, async (room) => {
    expect(await room.post(caller, draft('second'))).toMatchObject({ ok: true });
  });
  expect(statements.filter((statement) => statement.includes('FROM banned_addresses'))).toHaveLength(1);
  expect(statements).toHaveLength(7);
});

it('a repeated message takes its lookup alone', async () => {
  const { link, alice } = await activeRoom();
  const statements = await statementsDuring(link, (room, state) => receive(room, state, 'first'));
  expect(await alice.next('ack')).toMatchObject({ duplicate: true });
  expect(statements).toHaveLength(1);
});
