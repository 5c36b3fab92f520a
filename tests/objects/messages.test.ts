/** The message log of a room: total order without gaps, exactly-once posting, pages, over both transports. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Message, MessagePage } from '../../shared/message.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { withFault } from '../support/pool/faults.ts';
import { joinRoom, openRoom } from '../support/pool/sockets.ts';

const post = (link: string, body: Record<string, unknown>, headers?: Record<string, string>) =>
  call<Message>('POST', `/chat/${link}/messages`, { token: 'carol-token', name: 'carol', ...body }, headers);

describe('one room over two transports', () => {
  it('returns the same messages, ids and gapless revs to two sockets and a REST caller', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    for (let turn = 1; turn <= 5; turn++) {
      alice.send({ type: 'send', clientId: `a${turn}`, text: `alice ${turn}` });
      bob.send({ type: 'send', clientId: `b${turn}`, text: `bob ${turn}` });
      await post(link, { clientId: `c${turn}`, text: `carol ${turn}` });
    }
    const receivedBy = async (socket: typeof alice) => {
      const messages: Message[] = [];
      while (messages.length < 15) {
        const { type: _, ...message } = await socket.next('message');
        messages.push(message);
      }
      return messages;
    };
    const stored = await allMessages(link);
    expect(stored.map((message) => message.id)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
    expect(stored.map((message) => message.rev)).toEqual(stored.map((message) => message.id));
    expect(await receivedBy(alice)).toEqual(stored);
    expect(await receivedBy(bob)).toEqual(stored);
  });

  it('sends the ack to the sender only, with the ref of the frame', async () => {
    const { alice, bob } = await openRoom('alice', 'bob');
    alice.send({ type: 'send', ref: 7, clientId: 'one', text: 'hello' });
    const message = await bob.next('message');
    expect(await alice.next('ack')).toEqual({
      type: 'ack',
      ref: 7,
      clientId: 'one',
      messageId: message.id,
      rev: message.rev,
      createdAt: message.createdAt,
      duplicate: false,
    });
    expect(bob.received.some((frame) => frame.type === 'ack')).toBe(false);
  });

  it('keeps the text exactly, and replaces lone surrogates before it is broadcast', async () => {
    const { link, alice } = await openRoom('alice');
    const text = '<b>&"\'\\ \u0000 \u202e 👩‍👩‍👧 é\n\tend';
    await post(link, { clientId: 'exact', text });
    await post(link, { clientId: 'lone', text: 'lone \ud800 surrogate' });
    const live = [await alice.next('message'), await alice.next('message')].map((message) => message.text);
    expect(live).toEqual([text, 'lone \ufffd surrogate']);
    await evictDurableObject(await roomObject(link));
    expect((await allMessages(link)).map((message) => message.text)).toEqual(live);
  });
});

describe('sending a message again', () => {
  it('fifty times at once, over two sockets and REST, before and after an eviction, stores it once', async () => {
    const link = await makeRoom();
    const one = await joinRoom(link, 'carol');
    const two = await joinRoom(link, 'carol');
    const message = { clientId: 'again', text: '一度だけ' };
    const burst = async () => {
      for (let turn = 0; turn < 10; turn++) {
        one.send({ type: 'send', ref: `one${turn}`, ...message });
        two.send({ type: 'send', ref: `two${turn}`, ...message });
      }
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => post(link, message)));
      const acks = [];
      for (let turn = 0; turn < 10; turn++) acks.push(await one.next('ack'), await two.next('ack'));
      return { answers, acks };
    };
    const before = await burst();
    await evictDurableObject(await roomObject(link));
    const after = await burst();

    const acks = [...before.acks, ...after.acks];
    const answers = [...before.answers, ...after.answers];
    const [first] = await allMessages(link);
    expect(await allMessages(link)).toEqual([first]);
    expect(new Set(acks.map(({ ref: _, duplicate: __, ...rest }) => JSON.stringify(rest)))).toEqual(
      new Set([JSON.stringify({ type: 'ack', clientId: 'again', messageId: 1, rev: 1, createdAt: first?.createdAt })]),
    );
    for (const answer of answers) expect(answer.content).toEqual(first);
    const fresh = acks.filter((ack) => !ack.duplicate).length + answers.filter(({ status }) => status === 201).length;
    expect(fresh).toBe(1);
    expect(acks.length + answers.length).toBe(50);
    expect(one.received.filter((frame) => frame.type === 'message')).toHaveLength(1);
  });

  it('with another text is a 409, over both transports and after an eviction', async () => {
    const link = await makeRoom();
    await post(link, { clientId: 'same', text: 'first' });
    for (const evicted of [false, true]) {
      if (evicted) await evictDurableObject(await roomObject(link));
      expect((await post(link, { clientId: 'same', text: 'second' })).envelope).toMatchObject({
        statusCode: 409,
        error: 'Conflict: clientId was used for another message',
      });
      const carol = await joinRoom(link, 'carol');
      carol.send({ type: 'send', ref: 'r', clientId: 'same', text: 'second' });
      expect(await carol.next('error')).toMatchObject({ ref: 'r', statusCode: 409 });
    }
    expect(await allMessages(link)).toHaveLength(1);
  });

  it('applies per author: another author may use the same clientId', async () => {
    const link = await makeRoom();
    await post(link, { clientId: 'same', text: 'mine' });
    expect((await post(link, { token: 'dave', clientId: 'same', text: 'his' })).status).toBe(201);
  });
});

describe('posting by REST', () => {
  it('returns 201 with the message, and 200 with the same message for a repeat', async () => {
    const link = await makeRoom();
    const first = await post(link, { clientId: 'a', text: 'hello' });
    expect(first.status).toBe(201);
    expect(first.content).toEqual({
      id: 1,
      rev: 1,
      author: { id: expect.stringMatching(/^t:[0-9a-z]{24}$/), name: 'carol', role: 'member' },
      text: 'hello',
      createdAt: expect.any(Number),
      reactions: [],
    });
    expect(await post(link, { clientId: 'a', text: 'hello' })).toMatchObject({ status: 200, content: first.content });
  });

  it('names an author without a name guest and four characters of the id', async () => {
    const link = await makeRoom();
    const { author } = (await post(link, { name: '  ', clientId: 'a', text: 'x' })).content;
    expect(author.name).toBe(`guest-${author.id.slice(2, 6)}`);
  });

  it('gives a token the same participant id within a room and a different one in another room', async () => {
    const [here, there] = [await makeRoom(), await makeRoom()];
    const idIn = async (link: string, clientId: string) =>
      (await post(link, { clientId, text: 'x' })).content.author.id;
    expect(await idIn(here, 'a')).toBe(await idIn(here, 'b'));
    expect(await idIn(here, 'a')).not.toBe(await idIn(there, 'a'));
  });

  it('gives the admin role for the admin token only, in the body or the header', async () => {
    const link = await makeRoom();
    const roleOf = async (body: Record<string, unknown>, headers?: Record<string, string>) =>
      (await post(link, { text: 'x', ...body }, headers)).content.author.role;
    expect(await roleOf({ clientId: 'a', token: adminToken })).toBe('member');
    expect(await roleOf({ clientId: 'b', adminToken })).toBe('admin');
    expect(await roleOf({ clientId: 'c' }, { Authorization: `Bearer ${adminToken}` })).toBe('admin');
    expect(await roleOf({ clientId: 'd' }, { Authorization: 'Bearer operator-secret' })).toBe('operator');
    expect((await post(link, { clientId: 'e', text: 'x', adminToken: 'wrong' })).status).toBe(403);
  });

  it.each([
    ['no token', { token: undefined }, 401, 'Unauthorized: A token is required'],
    ['no clientId', { clientId: undefined }, 400, 'Missing required fields: clientId'],
    ['an empty text', { text: '' }, 400, 'Missing required fields: text'],
    ['a blank text', { text: '\n　 ' }, 400, 'text must not be blank'],
    ['a text that is a number', { text: 5 }, 400, 'text must be a string'],
    ['a text of 4,001 characters', { text: '𠮷'.repeat(4_001) }, 400, 'text must be at most 4000 characters'],
    ['a name of 41 characters', { name: 'あ'.repeat(41) }, 400, 'name must be at most 40 characters'],
    ['a clientId of 65 characters', { clientId: 'c'.repeat(65) }, 400, 'clientId must be at most 64 characters'],
    ['a reply to a message that does not exist', { replyTo: 99 }, 404, 'Message not found'],
    ['a reply to a fractional id', { replyTo: 1.5 }, 400, 'replyTo must be a whole number'],
    ['a forged token', { token: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln' }, 401, 'Unauthorized: Invalid signed token'],
  ])('refuses %s and stores nothing', async (_, body, status, text) => {
    const link = await makeRoom();
    const answer = await post(link, { clientId: 'a', text: 'x', ...body });
    expect(answer.status).toBe(status);
    expect(answer.envelope.error).toContain(text);
    expect(await allMessages(link)).toEqual([]);
  });

  it('accepts a text of 4,000 characters outside the basic plane', async () => {
    const link = await makeRoom();
    const text = '𠮷'.repeat(4_000);
    expect((await post(link, { clientId: 'a', text })).content.text).toBe(text);
  });

  it('checks shape, then the room, then the credential', async () => {
    expect((await post('no-such-room', { token: undefined, clientId: 'a' })).status).toBe(400);
    expect((await post('no-such-room', { token: undefined, clientId: 'a', text: 'x' })).status).toBe(404);
  });
});

describe('reading pages', () => {
  it('returns the newest page, and pages in both directions', async () => {
    const link = await makeRoom();
    for (let turn = 1; turn <= 7; turn++) await post(link, { clientId: `${turn}`, text: `${turn}` });
    const page = async (query: string) => (await call<MessagePage>('GET', `/chat/${link}/messages?${query}`)).content;
    const ids = async (query: string) => (await page(query)).messages.map((message) => message.id);
    expect(await ids('limit=3')).toEqual([5, 6, 7]);
    expect(await ids('before=5&limit=3')).toEqual([2, 3, 4]);
    expect(await ids('before=2&limit=3')).toEqual([1]);
    expect(await ids('after=0&limit=3')).toEqual([1, 2, 3]);
    expect(await ids('after=3&limit=3')).toEqual([4, 5, 6]);
    expect(await ids('after=2&before=5')).toEqual([3, 4]);
    expect(await ids('after=7')).toEqual([]);
    expect(await ids('limit=1000')).toHaveLength(7);
    expect(await page('limit=1')).toMatchObject({ rev: 7, floor: 1, epoch: expect.stringMatching(/^[\w-]{24}$/) });
  });

  it.each([['before=x'], ['before=0'], ['after=-1'], ['limit=0'], ['limit=1.5'], ['limit=1&limit=2']])(
    'refuses %s',
    async (query) => {
      const link = await makeRoom();
      expect((await call('GET', `/chat/${link}/messages?${query}`)).status).toBe(400);
    },
  );
});

describe('reading around a message', () => {
  const ids = (messages: Message[]) => messages.map((message) => message.id);

  it.each([
    ['around=5&limit=4', [3, 4, 5, 6]],
    ['around=5&limit=5', [3, 4, 5, 6, 7]],
    ['around=5&limit=1', [5]],
    ['around=5&limit=2', [4, 5]],
    ['around=1&limit=6', [1, 2, 3]],
    ['around=9&limit=6', [6, 7, 8, 9]],
    ['around=5', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('returns it with the same number on each side: %s', async (query, expected) => {
    const link = await makeRoom();
    for (let turn = 1; turn <= 9; turn++) await post(link, { clientId: `${turn}`, text: `${turn}` });
    await call('DELETE', `/chat/${link}/messages/5`, { token: 'carol-token' });
    const { content } = await call<MessagePage>('GET', `/chat/${link}/messages?${query}`);
    expect(ids(content.messages)).toEqual(expected);
    expect(content.rev).toBe(10);
    const { around, limit } = Object.fromEntries(new URLSearchParams(query));
    const carol = await joinRoom(link, 'carol');
    carol.send({ type: 'history', ref: 1, around: Number(around), ...(limit && { limit: Number(limit) }) });
    expect(await carol.next('history')).toEqual({ type: 'history', ref: 1, ...content });
  });

  it('that does not exist gives 404 over both transports', async () => {
    const link = await makeRoom();
    await post(link, { clientId: 'a', text: 'a' });
    expect((await call('GET', `/chat/${link}/messages?around=2`)).envelope).toMatchObject({
      statusCode: 404,
      error: 'Message not found',
    });
    const carol = await joinRoom(link, 'carol');
    carol.send({ type: 'history', ref: 1, around: 2 });
    expect(await carol.next('error')).toMatchObject({ ref: 1, statusCode: 404, error: 'Message not found' });
  });

  it.each([{ before: 3 }, { after: 0 }, { before: 3, after: 1 }])('cannot be combined with %o', async (place) => {
    const link = await makeRoom();
    const query = new URLSearchParams(Object.entries({ around: 1, ...place }).map(([name, id]) => [name, `${id}`]));
    const error = 'Invalid fields: around must not be combined with before or after';
    expect((await call('GET', `/chat/${link}/messages?${query}`)).envelope).toMatchObject({ statusCode: 400, error });
    const carol = await joinRoom(link, 'carol');
    carol.send({ type: 'history', ref: 1, around: 1, ...place });
    expect(await carol.next('error')).toMatchObject({ ref: 1, statusCode: 400, error });
  });
});

describe('a fault in the middle of an append', () => {
  /** Faults between the statements that store a message. */
  const faults = {
    'before the message is stored': 'BEFORE INSERT ON messages',
    'after the message is stored': 'AFTER INSERT ON messages',
    'as the rev moves': 'BEFORE UPDATE ON log',
    'after the rev moved': 'AFTER UPDATE ON log',
  };

  it.each(Object.entries(faults))('%s leaves neither a message nor a gap', async (_, moment) => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(link, { clientId: 'before', text: 'before' });
    await withFault(link, moment, async () => {
      alice.send({ type: 'send', ref: 1, clientId: 'lost', text: 'lost' });
      expect(await alice.next('error')).toEqual({
        type: 'error',
        ref: 1,
        statusCode: 500,
        error: 'Internal server error',
      });
      expect((await post(link, { clientId: 'lost-too', text: 'lost' })).envelope).toEqual({
        statusCode: 500,
        content: 'Internal server error',
        error: 'Internal server error',
      });
    });
    alice.send({ type: 'send', clientId: 'lost', text: 'lost' });
    expect((await alice.next('ack')).messageId).toBe(2);
    expect((await allMessages(link)).map(({ id, text }) => [id, text])).toEqual([
      [1, 'before'],
      [2, 'lost'],
    ]);
    await bob.next('message');
    expect((await bob.next('message')).rev).toBe(2);
  });
});
