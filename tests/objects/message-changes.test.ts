/** Editing, deleting and reacting: each takes the next `rev` of the log, the same over both transports. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import type { Message, MessagePage } from '../../shared/message.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { withFault } from '../support/pool/faults.ts';
import { connect, joinRoom, openRoom } from '../support/pool/sockets.ts';

/** The result of a change: the `rev` of the message, or why it was refused. */
type Result = { rev: number; duplicate?: boolean } | { statusCode: number; error: string };

type Change = (link: string, who: string, messageId: number, more?: Record<string, unknown>) => Promise<Result>;

interface Transport {
  edit: Change;
  delete: Change;
  react: Change;
}

const tokensOf = (who: string) =>
  who === 'admin' ? { token: 'boss-token', adminToken } : who === 'viewer' ? {} : { token: `${who}-token` };

const overSocket =
  (type: string): Change =>
  async (link, who, messageId, more = {}) => {
    const socket = await connect(link);
    await socket.auth(tokensOf(who));
    socket.send({ type, ref: 'x', messageId, ...more });
    const answer = await socket.nextOf(['ack', 'error']);
    socket.close();
    return answer;
  };

const overRest =
  (method: string, path: (more: Record<string, unknown>) => string): Change =>
  async (link, who, messageId, more = {}) => {
    const { emoji: _, on, ...body } = more;
    const verb = on === false ? 'DELETE' : method;
    const { status, content, envelope } = await call<Message>(
      verb,
      `/chat/${link}/messages/${messageId}${path(more)}`,
      { ...tokensOf(who), ...body },
    );
    return status === 200 ? { rev: content.rev } : { statusCode: status, error: envelope.error ?? '' };
  };

const transports: Record<string, Transport> = {
  WebSocket: { edit: overSocket('edit'), delete: overSocket('delete'), react: overSocket('react') },
  REST: {
    edit: overRest('PUT', () => ''),
    delete: overRest('DELETE', () => ''),
    react: overRest('PUT', ({ emoji }) => `/reactions/${encodeURIComponent(String(emoji))}`),
  },
};

const post = async (link: string, who: string, text: string) =>
  (await call<Message>('POST', `/chat/${link}/messages`, { ...tokensOf(who), clientId: `${who}-${text}`, text }))
    .content;

const read = async (link: string, id: number, token?: string) =>
  (
    await call<Message>(
      'GET',
      `/chat/${link}/messages/${id}`,
      undefined,
      token === undefined ? {} : { Authorization: `Bearer ${token}` },
    )
  ).content;

describe.each(Object.entries(transports))('over %s', (_, transport) => {
  it('an author edits a message, and it is broadcast with the next rev', async () => {
    const { link, bob } = await openRoom('bob');
    const { id } = await post(link, 'alice', 'first');
    await post(link, 'alice', 'second');
    expect(await transport.edit(link, 'alice', id, { text: 'better' })).toMatchObject({ rev: 3 });
    await bob.next('message');
    await bob.next('message');
    const changed = await bob.next('message');
    expect(changed).toMatchObject({ id, rev: 3, text: 'better', editedAt: expect.any(Number) });
    await evictDurableObject(await roomObject(link));
    const { type: __, ...message } = changed;
    expect(await read(link, id)).toEqual(message);
  });

  it('an edit to the same text changes nothing and takes no rev', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'same');
    expect(await transport.edit(link, 'alice', id, { text: 'same' })).toMatchObject({ rev: 1 });
    expect((await allMessages(link)).map(({ rev, editedAt }) => [rev, editedAt])).toEqual([[1, undefined]]);
  });

  it('an author deletes a message, and a tombstone without text or reactions stays in its place', async () => {
    const { link, bob } = await openRoom('bob');
    const { id } = await post(link, 'alice', 'regretted');
    await transport.react(link, 'bob', id, { emoji: '👍', on: true });
    await post(link, 'alice', 'after');
    expect(await transport.delete(link, 'alice', id)).toMatchObject({ rev: 4 });
    for (let turn = 1; turn <= 3; turn++) await bob.next('message');
    const tombstone = await bob.next('message');
    expect(tombstone).toMatchObject({ id, rev: 4, text: '', reactions: [], deletedBy: 'author' });
    expect((await allMessages(link)).map((message) => message.id)).toEqual([1, 3]);
    expect(JSON.stringify(await allMessages(link))).not.toContain('regretted');
    expect(await transport.delete(link, 'alice', id)).toMatchObject({ rev: 4 });
  });

  it('an admin can delete the messages of others but not edit them', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'rude');
    expect(await transport.edit(link, 'admin', id, { text: 'kind' })).toMatchObject({ statusCode: 403 });
    expect(await transport.delete(link, 'admin', id)).toMatchObject({ rev: 2 });
    expect(await read(link, id)).toMatchObject({ deletedBy: 'moderator', text: '' });
  });

  it.each([
    ['another participant', 'bob', 403, 'Forbidden: Not your message'],
    ['a viewer', 'viewer', 401, 'Unauthorized: A token is required'],
  ])('%s can neither edit nor delete a message', async (__, who, statusCode, error) => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'mine');
    expect(await transport.edit(link, who, id, { text: 'yours' })).toMatchObject({ statusCode, error });
    expect(await transport.delete(link, who, id)).toMatchObject({ statusCode, error });
    expect(await read(link, id)).toMatchObject({ text: 'mine', rev: 1 });
  });

  it.each(['edit', 'delete', 'react'] as const)('%s of a message that does not exist gives 404', async (change) => {
    const link = await makeRoom();
    const more = { edit: { text: 'x' }, delete: {}, react: { emoji: '👍', on: true } }[change];
    expect(await transport[change](link, 'alice', 7, more)).toMatchObject({
      statusCode: 404,
      error: 'Message not found',
    });
  });

  it('a tombstone cannot be edited or reacted to', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'gone');
    await transport.delete(link, 'alice', id);
    expect(await transport.edit(link, 'alice', id, { text: 'back' })).toMatchObject({ statusCode: 404 });
    expect(await transport.react(link, 'bob', id, { emoji: '👍', on: true })).toMatchObject({ statusCode: 404 });
    expect(await read(link, id)).toMatchObject({ text: '', reactions: [] });
  });

  it('a reaction counts once per participant, and is removed once', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'nice');
    for (const who of ['bob', 'carol', 'bob']) await transport.react(link, who, id, { emoji: '👍', on: true });
    await transport.react(link, 'bob', id, { emoji: '❤️', on: true });
    const { reactions, rev } = await read(link, id);
    expect(reactions.map(({ emoji, count }) => [emoji, count])).toEqual([
      ['👍', 2],
      ['❤️', 1],
    ]);
    expect(rev).toBe(4);
    expect((await read(link, id, 'bob-token')).reactions.map(({ mine }) => mine)).toEqual([true, true]);
    expect((await read(link, id, 'carol-token')).reactions.map(({ mine }) => mine)).toEqual([true, undefined]);
    for (let turn = 1; turn <= 2; turn++) await transport.react(link, 'bob', id, { emoji: '👍', on: false });
    expect((await read(link, id)).reactions).toMatchObject([
      { emoji: '👍', count: 1 },
      { emoji: '❤️', count: 1 },
    ]);
    expect((await read(link, id)).rev).toBe(5);
  });

  it('a message has a limited number of different reactions', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'popular');
    const emojis = Array.from({ length: limits.message.reactionKinds + 1 }, (__, place) =>
      String.fromCodePoint(0x1f600 + place),
    );
    for (const emoji of emojis.slice(0, -1)) await transport.react(link, 'bob', id, { emoji, on: true });
    const over = await transport.react(link, 'bob', id, { emoji: emojis.at(-1), on: true });
    expect(over).toMatchObject({ statusCode: 409 });
    expect(await transport.react(link, 'carol', id, { emoji: emojis[0], on: true })).toMatchObject({ rev: 22 });
  });

  it.each([
    ['a word', 'thumbsup'],
    ['two emoji', '👍👍'],
    ['a letter', 'x'],
    ['a digit that emoji begin with', '1'],
    ['a lone modifier', '🏽\u200d'],
  ])('%s is refused as a reaction', async (__, emoji) => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'x');
    expect(await transport.react(link, 'bob', id, { emoji, on: true })).toMatchObject({ statusCode: 400 });
  });

  it('a client that resumes ends in the same state as one that stayed connected', async () => {
    const { link, alice } = await openRoom('alice');
    for (const text of ['one', 'two', 'three', 'four']) await post(link, 'alice', text);
    const stayed = await joinRoom(link, 'stayed');
    const away = await connect(link);
    const { epoch, rev, messages } = await away.auth();
    away.close();
    await transport.edit(link, 'alice', 1, { text: 'ONE' });
    await transport.delete(link, 'alice', 2);
    await transport.react(link, 'bob', 3, { emoji: '🎉', on: true });
    await transport.edit(link, 'alice', 1, { text: 'One' });
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    const back = await (await connect(link)).auth({ resume: { epoch, rev } });
    expect(back.recovered).toBe(true);
    expect(back.messages.map((message) => [message.id, message.rev])).toEqual([
      [2, 6],
      [3, 7],
      [1, 8],
    ]);
    const resumed = new Map([...messages, ...back.messages].map((message) => [message.id, message]));
    const live = new Map(messages.map((message) => [message.id, message]));
    for (const frame of stayed.received) {
      if (frame.type !== 'message') continue;
      const { type: __, ...message } = frame;
      live.set(message.id, message);
    }
    expect([...resumed.values()]).toEqual(await allMessages(link));
    expect([...live.values()]).toEqual(await allMessages(link));
    alice.close();
  });

  it('a change that cannot be stored has no effect', async () => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'kept');
    await withFault(link, 'BEFORE UPDATE ON messages', async () => {
      expect(await transport.edit(link, 'alice', id, { text: 'lost' })).toMatchObject({ statusCode: 500 });
      expect(await transport.delete(link, 'alice', id)).toMatchObject({ statusCode: 500 });
      expect(await transport.react(link, 'bob', id, { emoji: '👍', on: true })).toMatchObject({ statusCode: 500 });
    });
    expect(await read(link, id)).toMatchObject({ text: 'kept', rev: 1, reactions: [] });
    expect(await transport.react(link, 'bob', id, { emoji: '👍', on: true })).toMatchObject({ rev: 2 });
    expect((await call<MessagePage>('GET', `/chat/${link}/messages`)).content.rev).toBe(2);
  });
});

describe('a message that is sent again after it was', () => {
  it.each([
    ['edited', { edit: 'other' }],
    ['deleted', {}],
  ])('%s is acknowledged with its id and not stored again', async (_, { edit: text }: { edit?: string }) => {
    const link = await makeRoom();
    const { id } = await post(link, 'alice', 'first');
    const body = { ...tokensOf('alice'), clientId: 'alice-first' };
    if (text) await transports.REST?.edit(link, 'alice', id, { text });
    else await transports.REST?.delete(link, 'alice', id);
    const again = await call<Message>('POST', `/chat/${link}/messages`, { ...body, text: 'first' });
    expect([again.status, again.content.id, again.content.rev]).toEqual([200, id, 2]);
    expect((await call('POST', `/chat/${link}/messages`, { ...body, text: 'another' })).status).toBe(409);
    expect(await allMessages(link)).toHaveLength(1);
  });
});

it('ready and history frames mark the client’s own reactions, broadcasts do not', async () => {
  const { link, bob } = await openRoom('bob');
  await post(link, 'alice', 'x');
  bob.send({ type: 'react', messageId: 1, emoji: '👍', on: true });
  await bob.next('ack');
  expect(JSON.stringify(bob.received)).not.toContain('mine');
  bob.send({ type: 'history', ref: 1 });
  expect((await bob.next('history')).messages[0]?.reactions).toMatchObject([{ mine: true }]);
  const mine = async (token: string) => (await (await connect(link)).auth({ token })).messages[0]?.reactions[0]?.mine;
  expect(await mine('bob-token')).toBe(true);
  expect(await mine('carol-token')).toBeUndefined();
});

it('a reaction lists the first ten participants who reacted', async () => {
  const link = await makeRoom();
  await post(link, 'alice', 'x');
  const people = Array.from({ length: 12 }, (_, place) => `person-${place}`);
  for (const who of people) await transports.REST?.react(link, who, 1, { emoji: '👍', on: true });
  const [reaction] = (await read(link, 1, 'person-11-token')).reactions;
  expect([reaction?.count, reaction?.participants.length, reaction?.mine]).toEqual([
    12,
    limits.message.reactionParticipants,
    true,
  ]);
});
