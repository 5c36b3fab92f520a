/** What a post costs: the SQL statements that the room runs for it. */
import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { joinRoom } from '../support/pool/sockets.ts';

/** The statements that all objects run during `work`, without line breaks. */
async function statementsDuring(link: string, work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const prototype = await runInDurableObject(await roomObject(link), (_, { storage }) =>
    Object.getPrototypeOf(storage.sql),
  );
  const { exec } = prototype;
  prototype.exec = function record(this: SqlStorage, ...statement: Parameters<SqlStorage['exec']>) {
    statements.push(statement[0].replace(/\s+/g, ' '));
    return exec.apply(this, statement);
  };
  try {
    await work();
  } finally {
    prototype.exec = exec;
  }
  return statements;
}

const post = (link: string, clientId: string) =>
  call('POST', `/chat/${link}/messages`, { token: 'alice-token', clientId, text: 'hi' });

/** A room whose replicas wait for further posts, so that nothing else runs meanwhile. */
async function activeRoom() {
  const link = await makeRoom();
  const alice = await joinRoom(link, 'alice');
  await post(link, 'first');
  return { link, alice };
}

it('a message is looked up once by its clientId, and the row of the log is updated once', async () => {
  const { link, alice } = await activeRoom();
  const statements = await statementsDuring(link, async () => {
    alice.send({ type: 'send', clientId: 'second', text: 'hi' });
    await alice.next('ack');
  });
  expect(
    statements.filter((statement) => /FROM messages WHERE author_id = \? AND client_id = \?/.test(statement)),
  ).toHaveLength(1);
  expect(statements.filter((statement) => statement.startsWith('UPDATE log'))).toHaveLength(1);
  expect(statements.filter((statement) => statement.includes('FROM conduct'))).toEqual([]);
  expect(statements).toHaveLength(6);
});

it('a message by REST takes one statement more, for bans of its address', async () => {
  const { link } = await activeRoom();
  const statements = await statementsDuring(link, () => post(link, 'second'));
  expect(statements.filter((statement) => statement.includes('FROM banned_addresses'))).toHaveLength(1);
  expect(statements).toHaveLength(7);
});

it('a repeated message takes its lookup alone', async () => {
  const { link, alice } = await activeRoom();
  const statements = await statementsDuring(link, async () => {
    alice.send({ type: 'send', clientId: 'first', text: 'hi' });
    expect(await alice.next('ack')).toMatchObject({ duplicate: true });
  });
  expect(statements).toHaveLength(1);
});
