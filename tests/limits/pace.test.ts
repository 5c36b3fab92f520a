/** How fast people and addresses may act in a room, over sockets and REST together. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { freshAddress, from, makeRoomElsewhere } from '../support/pool/addresses.ts';
import { allMessages, call, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { connect, type TestSocket } from '../support/pool/sockets.ts';

// The clock moves only as a test says, however long the test takes.
beforeEach(() => setClock(Date.now()));
afterEach(() => vi.useRealTimers());

const { burst } = limits.participantMessageRate;

const post = (link: string, body: Record<string, unknown>, address = freshAddress()) =>
  call('POST', `/chat/${link}/messages`, { token: 'alice-token', text: 'x', ...body }, from(address));

async function enterFrom(link: string, address: string, auth: Record<string, unknown>): Promise<TestSocket> {
  const socket = await connect(link, from(address));
  await socket.enter(auth);
  return socket;
}

const say = (socket: TestSocket, clientId: string) => socket.say({ type: 'send', clientId, text: 'x', ref: clientId });

/** What the next answers of a socket are: `ack`, or seconds to wait. */
async function answers(socket: TestSocket, count: number): Promise<(string | number | undefined)[]> {
  const told: (string | number | undefined)[] = [];
  while (told.length < count) {
    const frame = await socket.nextOf(['ack', 'error']);
    told.push(frame.type === 'ack' ? 'ack' : frame.retryAfter);
  }
  return told;
}

describe('a person in a room', () => {
  it('posts ten messages at once and five a second after, over REST', async () => {
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

  it('has one pace over all sockets and REST, wherever they are', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const [one, other] = [
      await enterFrom(link, freshAddress(), { token: 'alice-token' }),
      await enterFrom(link, freshAddress(), { token: 'alice-token' }),
    ];
    for (let turn = 1; turn <= 4; turn++) {
      say(one, `one-${turn}`);
      say(other, `other-${turn}`);
    }
    expect([...(await answers(one, 4)), ...(await answers(other, 4))]).toEqual(Array(8).fill('ack'));
    expect((await post(link, { clientId: 'rest-1' })).status).toBe(201);
    expect((await post(link, { clientId: 'rest-2' })).status).toBe(201);
    expect((await post(link, { clientId: 'rest-3' })).status).toBe(429);
    say(one, 'one-5');
    expect(await answers(one, 1)).toEqual([1]);
    expect(await allMessages(link)).toHaveLength(10);
  });

  it('loses nothing by a refusal: the same message goes through later', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const alice = await enterFrom(link, freshAddress(), { token: 'alice-token' });
    for (let turn = 1; turn <= burst + 3; turn++) say(alice, `${turn}`);
    expect(await answers(alice, burst + 3)).toEqual([...Array(burst).fill('ack'), 1, 1, 1]);
    setClock(Date.now() + 1_000);
    for (let turn = burst + 1; turn <= burst + 3; turn++) say(alice, `${turn}`);
    expect(await answers(alice, 3)).toEqual(['ack', 'ack', 'ack']);
    expect(await allMessages(link)).toHaveLength(burst + 3);
  });

  it('may repeat what was stored, at a tenth of the cost', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    expect((await post(link, { clientId: 'same' })).status).toBe(201);
    const repeats = await Promise.all(Array.from({ length: 100 }, () => post(link, { clientId: 'same' })));
    expect(repeats.filter(({ status }) => status === 200)).toHaveLength(90);
    expect(repeats.filter(({ status }) => status === 429)).toHaveLength(10);
    expect(await allMessages(link)).toHaveLength(1);
  });

  it('does not slow others down, nor themself in another room', async () => {
    setClock(Date.now());
    const [link, elsewhere] = [await makeRoomElsewhere(), await makeRoomElsewhere()];
    for (let turn = 0; turn <= burst; turn++) await post(link, { clientId: `${turn}` });
    expect((await post(link, { clientId: 'bob', token: 'bob-token' })).status).toBe(201);
    expect((await post(elsewhere, { clientId: 'a' })).status).toBe(201);
  });

  it('pays for pages, pings and refreshes over the socket too', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const alice = await enterFrom(link, freshAddress(), { token: 'alice-token' });
    for (let turn = 1; turn <= 2 * burst + 1; turn++) alice.say({ type: 'history', ref: turn });
    expect(await alice.next('error')).toMatchObject({ ref: 2 * burst + 1, statusCode: 429, retryAfter: 1 });
    alice.say({ type: 'ping', ref: 'p' });
    expect(await alice.next('error')).toMatchObject({ ref: 'p', statusCode: 429 });
    alice.say({ type: 'auth', token: 'alice-token', ref: 'a' });
    expect(await alice.next('error')).toMatchObject({ ref: 'a', statusCode: 429 });
    setClock(Date.now() + 1_000);
    await alice.enter({ token: 'alice-token' });
  });
});

it('an address in a room posts fifty at once, whoever it is, and another is not touched', async () => {
  setClock(Date.now());
  const link = await makeRoomElsewhere();
  const office = freshAddress();
  const socket = await enterFrom(link, office, { token: 'one-more' });
  const everyone = await Promise.all(
    Array.from({ length: 60 }, (_, turn) => post(link, { clientId: `${turn}`, token: `person-${turn}` }, office)),
  );
  // Half a message of the fifty went for letting the socket in.
  expect(everyone.filter(({ status }) => status === 201)).toHaveLength(49);
  say(socket, 'socket');
  expect(await answers(socket, 1)).toEqual([1]);
  expect((await post(link, { clientId: 'x', token: 'other' })).status).toBe(201);
});

it('an address that opens sockets without end is held up, and those it has stay', async () => {
  setClock(Date.now());
  const link = await makeRoomElsewhere();
  const office = freshAddress();
  const first = await enterFrom(link, office, { token: 'one' });
  const more = await Promise.all(Array.from({ length: 120 }, () => connect(link, from(office))));
  for (const socket of more) socket.say({ type: 'auth' });
  const told = await Promise.all(more.map((socket) => socket.nextOf(['ready', 'error'])));
  expect(told.filter(({ type }) => type === 'ready')).toHaveLength(99);
  const refused = more.filter((_, place) => told[place]?.type === 'error');
  for (const socket of refused) expect((await socket.closed).code).toBe(4429);
  setClock(Date.now() + 2_000);
  say(first, 'still here');
  expect(await answers(first, 1)).toEqual(['ack']);
});

it('an address has so many sockets in a room, and another as many', async () => {
  const link = await makeRoomElsewhere();
  const office = freshAddress();
  for (let socket = 0; socket < limits.socketsPerAddress; socket++) await connect(link, from(office));
  const over = await connect(link, from(office));
  expect(await over.closed).toEqual({
    code: 4429,
    reason: 'Too many connections from your network: come back in 60 s',
  });
  await enterFrom(link, freshAddress(), {});
});

it.each([
  ['a viewer who posts', {}, { type: 'send', clientId: 'a', text: 'x' }],
  ['bad frames, with one in between that is refused for another reason', {}, { type: 'nonsense' }],
])('refusals of every kind end a socket that goes on: %s', async (_, auth, frame) => {
  const link = await makeRoomElsewhere();
  const socket = await enterFrom(link, freshAddress(), auth);
  for (let turn = 1; turn <= 110; turn++) {
    socket.say(turn % 19 === 0 ? { type: 'send', clientId: 'a', text: 'x' } : frame);
  }
  expect([4400, 4429]).toContain((await socket.closed).code);
});

it('a socket that a bad frame ends for good is not brought back by it', async () => {
  const link = await makeRoomElsewhere();
  const socket = await enterFrom(link, freshAddress(), { token: 'alice-token' });
  for (let turn = 1; turn < limits.floodingFailures; turn++) socket.say({ type: 'delete', messageId: 9 });
  socket.say('{nonsense');
  expect((await socket.closed).code).toBe(4429);
  await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
  expect((await call('GET', `/chat/${link}`)).content).toMatchObject({ participantCount: 0 });
});

it('a socket that never says who it is cannot go on for ever either', async () => {
  const socket = await connect(await makeRoomElsewhere(), from(freshAddress()));
  for (let turn = 1; turn <= 110; turn++) socket.say({ type: 'ping', ref: turn });
  expect((await socket.closed).code).toBe(4429);
});

it('the operator is not slowed down', async () => {
  const link = await makeRoomElsewhere();
  const posts = Array.from({ length: 40 }, (_, turn) =>
    post(link, { clientId: `${turn}`, token: 'op', adminToken: 'operator-secret' }),
  );
  expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(40).fill(201));
});

describe('a socket that does not slow down', () => {
  it('is closed with 4429 at the hundredth refusal within ten seconds, and told when to come back', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const alice = await enterFrom(link, freshAddress(), { token: 'alice-token' });
    const bob = await enterFrom(link, freshAddress(), { token: 'bob-token' });
    for (let turn = 1; turn <= burst + 120; turn++) say(alice, `${turn}`);
    expect(await alice.closed).toEqual({ code: 4429, reason: 'Flooding: come back in 10 s' });
    expect(alice.heard.filter(({ type }) => type === 'error')).toHaveLength(100);
    expect((await bob.presence(({ left }) => left)).participantCount).toBe(1);
    expect(await allMessages(link)).toHaveLength(burst);
  });

  it('stays when the refusals are further apart', async () => {
    const link = await makeRoomElsewhere();
    const start = Date.now();
    setClock(start);
    const alice = await enterFrom(link, freshAddress(), { token: 'alice-token' });
    for (let turn = 1; turn <= burst; turn++) say(alice, `${turn}`);
    await answers(alice, burst);
    for (let round = 1; round <= 3; round++) {
      for (let turn = 1; turn <= 99; turn++) say(alice, `${round}-${turn}`);
      await answers(alice, 99);
      setClock(start + round * limits.floodingWindowMs);
      for (let turn = 1; turn <= burst; turn++) say(alice, `again-${round}-${turn}`);
      await answers(alice, burst);
    }
    say(alice, 'still here');
    await answers(alice, 1);
  });

  it('is known by its address after an eviction', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const office = freshAddress();
    const alice = await enterFrom(link, office, { token: 'alice-token' });
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    await Promise.all(
      Array.from({ length: 50 }, (_, turn) => post(link, { clientId: `${turn}`, token: `p${turn}` }, office)),
    );
    say(alice, 'late');
    expect(await answers(alice, 1)).toEqual([1]);
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

  it('costs half a message: of a person wherever they are, and of an address where nobody says who they are', async () => {
    setClock(Date.now());
    const link = await makeRoomElsewhere();
    const office = freshAddress();
    const statuses = async (count: number, ask: () => ReturnType<typeof search>) => {
      const told: number[] = [];
      for (let turn = 1; turn <= count; turn++) told.push((await ask()).status);
      return told;
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
