/** Rate limits in a room, per participant and per address, over sockets and REST together. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { freshAddress, from, makeRoomElsewhere } from '../support/pool/addresses.ts';
import { allMessages, call, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { connect, type TestSocket } from '../support/pool/sockets.ts';

// A fixed clock, which only the tests move: no limit refills because a test takes long.
beforeEach(() => setClock(Date.now()));
afterEach(() => vi.useRealTimers());

const { burst } = limits.rate.participantMessages;

const post = (link: string, body: Record<string, unknown>, address = freshAddress()) =>
  call('POST', `/chat/${link}/messages`, { token: 'alice-token', text: 'x', ...body }, from(address));

async function joinFrom(link: string, address: string, auth: Record<string, unknown>): Promise<TestSocket> {
  const socket = await connect(link, from(address));
  await socket.auth(auth);
  return socket;
}

const sendMessage = (socket: TestSocket, clientId: string) =>
  socket.send({ type: 'send', clientId, text: 'x', ref: clientId });

/** The next replies on a socket: `ack`, or the seconds of `retryAfter`. */
async function replies(socket: TestSocket, count: number): Promise<(string | number | undefined)[]> {
  const results: (string | number | undefined)[] = [];
  while (results.length < count) {
    const frame = await socket.nextOf(['ack', 'error']);
    results.push(frame.type === 'ack' ? 'ack' : frame.retryAfter);
  }
  return results;
}

describe('a participant', () => {
  it('can post ten messages at once and then five a second, over REST', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    for (let turn = 1; turn <= burst; turn++) expect((await post(link, { clientId: `${turn}` })).status).toBe(201);
    const refused = await post(link, { clientId: 'over' });
    expect([refused.status, refused.envelope.error]).toEqual([429, 'Too many messages: Slow down']);
    expect(refused.headers.get('Retry-After')).toBe('1');
    setClock(Date.now() + 1_000);
    const after = await Promise.all(['over', 'b', 'c', 'd', 'e', 'f'].map((clientId) => post(link, { clientId })));
    expect(after.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 429]);
  });

  it('has one limit over all sockets and REST, from any address', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const [one, other] = [
      await joinFrom(link, freshAddress(), { token: 'alice-token' }),
      await joinFrom(link, freshAddress(), { token: 'alice-token' }),
    ];
    for (let turn = 1; turn <= 4; turn++) {
      sendMessage(one, `one-${turn}`);
      sendMessage(other, `other-${turn}`);
    }
    expect([...(await replies(one, 4)), ...(await replies(other, 4))]).toEqual(Array(8).fill('ack'));
    expect((await post(link, { clientId: 'rest-1' })).status).toBe(201);
    expect((await post(link, { clientId: 'rest-2' })).status).toBe(201);
    expect((await post(link, { clientId: 'rest-3' })).status).toBe(429);
    sendMessage(one, 'one-5');
    expect(await replies(one, 1)).toEqual([1]);
    expect(await allMessages(link)).toHaveLength(10);
  });

  it('can send a refused message again later', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const alice = await joinFrom(link, freshAddress(), { token: 'alice-token' });
    for (let turn = 1; turn <= burst + 3; turn++) sendMessage(alice, `${turn}`);
    expect(await replies(alice, burst + 3)).toEqual([...Array(burst).fill('ack'), 1, 1, 1]);
    setClock(Date.now() + 1_000);
    for (let turn = burst + 1; turn <= burst + 3; turn++) sendMessage(alice, `${turn}`);
    expect(await replies(alice, 3)).toEqual(['ack', 'ack', 'ack']);
    expect(await allMessages(link)).toHaveLength(burst + 3);
  });

  it('can repeat a stored message at a tenth of the cost', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    expect((await post(link, { clientId: 'same' })).status).toBe(201);
    const repeats = await Promise.all(Array.from({ length: 100 }, () => post(link, { clientId: 'same' })));
    expect(repeats.filter(({ status }) => status === 200)).toHaveLength(90);
    expect(repeats.filter(({ status }) => status === 429)).toHaveLength(10);
    expect(await allMessages(link)).toHaveLength(1);
  });

  it('does not use the limit of others, nor of the same token in another room', async () => {
    setClock(Date.now());
    const [link, elsewhere] = [await makeRoomElsewhere(), await makeRoomElsewhere()];
    for (let turn = 0; turn <= burst; turn++) await post(link, { clientId: `${turn}` });
    expect((await post(link, { clientId: 'bob', token: 'bob-token' })).status).toBe(201);
    expect((await post(elsewhere, { clientId: 'a' })).status).toBe(201);
  });

  it('uses the limit for history, ping and auth frames too', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const alice = await joinFrom(link, freshAddress(), { token: 'alice-token' });
    for (let turn = 1; turn <= 2 * burst + 1; turn++) alice.send({ type: 'history', ref: turn });
    expect(await alice.next('error')).toMatchObject({ ref: 2 * burst + 1, statusCode: 429, retryAfter: 1 });
    alice.send({ type: 'ping', ref: 'p' });
    expect(await alice.next('error')).toMatchObject({ ref: 'p', statusCode: 429 });
    alice.send({ type: 'auth', token: 'alice-token', ref: 'a' });
    expect(await alice.next('error')).toMatchObject({ ref: 'a', statusCode: 429 });
    setClock(Date.now() + 1_000);
    await alice.auth({ token: 'alice-token' });
  });
});

it('an address can post fifty messages at once with any tokens, without affecting other addresses', async () => {
  setClock(Date.now());
  const link = await makeRoomElsewhere();
  const office = freshAddress();
  const socket = await joinFrom(link, office, { token: 'one-more' });
  const everyone = await Promise.all(
    Array.from({ length: 60 }, (_, turn) => post(link, { clientId: `${turn}`, token: `person-${turn}` }, office)),
  );
  // The first auth of the socket cost half a message.
  expect(everyone.filter(({ status }) => status === 201)).toHaveLength(49);
  sendMessage(socket, 'socket');
  expect(await replies(socket, 1)).toEqual([1]);
  expect((await post(link, { clientId: 'x', token: 'other' })).status).toBe(201);
});

it('an address that opens too many sockets is limited, and its open sockets stay', async () => {
  setClock(Date.now());
  const link = await makeRoomElsewhere();
  const office = freshAddress();
  const first = await joinFrom(link, office, { token: 'one' });
  const more = await Promise.all(Array.from({ length: 120 }, () => connect(link, from(office))));
  for (const socket of more) socket.send({ type: 'auth' });
  const firstFrames = await Promise.all(more.map((socket) => socket.nextOf(['ready', 'error'])));
  expect(firstFrames.filter(({ type }) => type === 'ready')).toHaveLength(99);
  const refused = more.filter((_, place) => firstFrames[place]?.type === 'error');
  for (const socket of refused) expect((await socket.closed).code).toBe(4429);
  setClock(Date.now() + 2_000);
  sendMessage(first, 'still here');
  expect(await replies(first, 1)).toEqual(['ack']);
});

it('the number of sockets per address in a room is limited', async () => {
  const link = await makeRoomElsewhere();
  const office = freshAddress();
  for (let socket = 0; socket < limits.socket.perAddress; socket++) await connect(link, from(office));
  const over = await connect(link, from(office));
  expect(await over.closed).toEqual({
    code: 4429,
    reason: 'Too many connections from your network: come back in 60 s',
  });
  await joinFrom(link, freshAddress(), {});
});

it.each([
  ['a viewer that posts', {}, { type: 'send', clientId: 'a', text: 'x' }],
  ['bad frames, with other refused frames in between', {}, { type: 'nonsense' }],
])('refusals of any kind close a socket that continues: %s', async (_, auth, frame) => {
  const link = await makeRoomElsewhere();
  const socket = await joinFrom(link, freshAddress(), auth);
  for (let turn = 1; turn <= 110; turn++) {
    socket.send(turn % 19 === 0 ? { type: 'send', clientId: 'a', text: 'x' } : frame);
  }
  expect([4400, 4429]).toContain((await socket.closed).code);
});

it('a socket that a bad frame closes does not count as connected', async () => {
  const link = await makeRoomElsewhere();
  const socket = await joinFrom(link, freshAddress(), { token: 'alice-token' });
  for (let turn = 1; turn < limits.rate.floodingFailures; turn++) socket.send({ type: 'delete', messageId: 9 });
  socket.send('{nonsense');
  expect((await socket.closed).code).toBe(4429);
  await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
  expect((await call('GET', `/chat/${link}`)).content).toMatchObject({ participantCount: 0 });
});

it('a socket that never authenticates is closed too', async () => {
  const socket = await connect(await makeRoomElsewhere(), from(freshAddress()));
  for (let turn = 1; turn <= 110; turn++) socket.send({ type: 'ping', ref: turn });
  expect((await socket.closed).code).toBe(4429);
});

it('the operator has no limit', async () => {
  const link = await makeRoomElsewhere();
  const posts = Array.from({ length: 40 }, (_, turn) =>
    post(link, { clientId: `${turn}`, token: 'op', adminToken: 'operator-secret' }),
  );
  expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(40).fill(201));
});

describe('a socket that ignores its limit', () => {
  it('is closed with 4429 and a time to retry at the hundredth refusal within ten seconds', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const alice = await joinFrom(link, freshAddress(), { token: 'alice-token' });
    const bob = await joinFrom(link, freshAddress(), { token: 'bob-token' });
    for (let turn = 1; turn <= burst + 120; turn++) sendMessage(alice, `${turn}`);
    expect(await alice.closed).toEqual({ code: 4429, reason: 'Flooding: come back in 10 s' });
    expect(alice.received.filter(({ type }) => type === 'error')).toHaveLength(100);
    expect((await bob.presence(({ left }) => left)).participantCount).toBe(1);
    expect(await allMessages(link)).toHaveLength(burst);
  });

  it('stays open if the refusals are further apart', async () => {
    const link = await makeRoomElsewhere();
    const start = Date.now();
    setClock(start);
    const alice = await joinFrom(link, freshAddress(), { token: 'alice-token' });
    for (let turn = 1; turn <= burst; turn++) sendMessage(alice, `${turn}`);
    await replies(alice, burst);
    for (let round = 1; round <= 3; round++) {
      for (let turn = 1; turn <= 99; turn++) sendMessage(alice, `${round}-${turn}`);
      await replies(alice, 99);
      setClock(start + round * limits.rate.floodingWindowMs);
      for (let turn = 1; turn <= burst; turn++) sendMessage(alice, `again-${round}-${turn}`);
      await replies(alice, burst);
    }
    sendMessage(alice, 'still here');
    await replies(alice, 1);
  });

  it('counts for the same address after an eviction', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const office = freshAddress();
    const alice = await joinFrom(link, office, { token: 'alice-token' });
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    await Promise.all(
      Array.from({ length: 50 }, (_, turn) => post(link, { clientId: `${turn}`, token: `p${turn}` }, office)),
    );
    sendMessage(alice, 'late');
    expect(await replies(alice, 1)).toEqual([1]);
  });
});

describe('searching', () => {
  const search = (link: string, address: string, token?: string) =>
    call(
      'GET',
      `/chat/${link}/search?q=x`,
      undefined,
      from(address, token ? { Authorization: `Bearer ${token}` } : {}),
    );

  it('costs half a message: per participant with a token, per address without', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const office = freshAddress();
    const statuses = async (count: number, ask: () => ReturnType<typeof search>) => {
      const results: number[] = [];
      for (let turn = 1; turn <= count; turn++) results.push((await ask()).status);
      return results;
    };
    const enough = Array(burst * 2).fill(200);
    expect(await statuses(burst * 2 + 1, () => search(link, freshAddress(), 'alice-token'))).toEqual([...enough, 429]);
    expect(await statuses(burst * 2 + 1, () => search(link, office))).toEqual([...enough, 429]);
    expect((await search(link, office, 'bob-token')).status).toBe(200);
    expect((await search(link, freshAddress())).status).toBe(200);
    setClock(Date.now() + 1_000);
    expect((await search(link, office)).status).toBe(200);
  });
});
