/** The limit on wrong tokens: an address is blocked after too many, and other addresses are not affected. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatArchiveLine } from '../../shared/archive.ts';
import { GuessLimiter } from '../../shared/guess-limiter.ts';
import { limits } from '../../shared/limits.ts';
import { freshAddress, from, makeRoomElsewhere, withinAMinute } from '../support/pool/addresses.ts';
import { adminToken, bearer, call } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { sign } from '../support/pool/signing.ts';
import { connect } from '../support/pool/sockets.ts';

// A fixed clock: no limit refills while a test runs, however long it takes.
beforeEach(() => setClock(Date.now()));
afterEach(() => vi.useRealTimers());

/** The first line of a valid export. */
const firstLine = formatArchiveLine({
  type: 'room',
  version: 1,
  link: 'elsewhere',
  title: 'x',
  about: '',
  tags: [],
  unlisted: false,
  createdAt: 1,
  updatedAt: 1,
  epoch: 'e'.repeat(24),
  rev: 0,
  floor: 1,
  posted: 0,
  salt: 's'.repeat(24),
  adminDigest: 'd'.repeat(43),
  keepDays: 0,
  locked: false,
  slowSeconds: 0,
  standings: [],
});

/** The calls that accept a token. @returns the status, or the close code of a socket */
const ways: Record<string, (link: string, token: string, address: string) => Promise<number>> = {
  update: async (link, token, address) =>
    (await call('PUT', '/chat/update', { token, link, content: {} }, from(address))).status,
  delete: async (link, token, address) => (await call('DELETE', '/chat/delete', { token, link }, from(address))).status,
  'GET ?token=': async (link, token, address) =>
    (await call('GET', `/chat/${link}?token=${token}`, undefined, from(address))).status,
  list: async (_, token, address) => (await call('GET', `/chat/list?token=${token}`, undefined, from(address))).status,
  'adminToken in auth': async (link, token, address) => {
    const socket = await connect(link, from(address));
    socket.send({ type: 'auth', adminToken: token });
    return (await socket.nextOf(['ready', 'error'])).type === 'ready' ? 200 : (await socket.closed).code;
  },
  'adminToken of a post': async (link, token, address) =>
    (
      await call(
        'POST',
        `/chat/${link}/messages`,
        { token: 'a', adminToken: token, clientId: token, text: 'x' },
        from(address),
      )
    ).status,
  'directory rebuild': async (_, token, address) =>
    (await call('POST', '/directory/rebuild', { token }, from(address))).status,
  metrics: async (_, token, address) => (await call('GET', '/metrics', undefined, from(address, bearer(token)))).status,
  export: async (link, token, address) =>
    (await call('GET', `/chat/${link}/export`, undefined, from(address, bearer(token)))).status,
  import: async (link, token, address) =>
    (await call('POST', `/chat/${link}/import`, firstLine, from(address, bearer(token)))).status,
  'import cancellation': async (link, token, address) =>
    (await call('DELETE', `/chat/${link}/import`, undefined, from(address, bearer(token)))).status,
  tokens: async (_, token, address) =>
    (await call('POST', '/tokens', { userId: 'alice' }, from(address, bearer(token)))).status,
  'sessions of a user': async (link, token, address) =>
    (await call('GET', `/getAllSessions?userId=${link}`, undefined, from(address, bearer(token)))).status,
};

const refusedStatuses = [429, 4429];

it('a thousand wrong tokens in all calls are throttled; the correct token from another address works', {
  timeout: 180_000,
}, async () => {
  const link = await makeRoomElsewhere();
  const address = freshAddress();
  const counts: Record<string, number> = {};
  const documented = ['update', 'delete', 'GET ?token=', 'list', 'adminToken in auth'];
  for (let turn = 0; turn < 1_000; turn++) {
    const way = documented[turn % documented.length] ?? '';
    const status = await ways[way]?.(link, `wrong-${turn}`, address);
    const kind = refusedStatuses.includes(status ?? 0) ? 'throttled' : 'checked';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  // A room has its own count for sockets: at most twice the limit, plus the refill of a few seconds.
  expect(counts.checked).toBeLessThan(2 * limits.rate.guessesPerMinute + 60);
  expect(counts.throttled).toBeGreaterThan(800);
  for (const way of ['GET ?token=', 'adminToken in auth', 'update']) {
    expect(refusedStatuses).toContain(await ways[way]?.(link, adminToken, address));
    expect(await ways[way]?.(link, adminToken, freshAddress())).toBe(200);
  }
});

describe.each(Object.entries(ways))('with %s', (_, guess) => {
  it('an address is blocked after sixty wrong tokens', { timeout: 60_000 }, async () => {
    const link = await makeRoomElsewhere();
    const address = freshAddress();
    const statuses: number[] = [];
    for (let turn = 0; turn < 80; turn++) statuses.push(await guess(link, `wrong-${turn}`, address));
    const checked = statuses.filter((status) => !refusedStatuses.includes(status));
    expect(checked.length).toBeGreaterThanOrEqual(limits.rate.guessesPerMinute);
    expect(checked.length).toBeLessThan(80);
    expect(refusedStatuses).toContain(statuses.at(-1));
  });
});

it('calls without a token, or with a user token in a room, are never blocked', async () => {
  const link = await makeRoomElsewhere();
  const address = freshAddress();
  for (let turn = 0; turn < 70; turn++) await ways.update?.(link, `wrong-${turn}`, address);
  expect((await call('GET', `/chat/${link}`, undefined, from(address))).status).toBe(200);
  const body = { token: 'alice', clientId: 'a', text: 'x' };
  expect((await call('POST', `/chat/${link}/messages`, body, from(address))).status).toBe(201);
  const socket = await connect(link, from(address));
  await socket.auth({ token: 'alice' });
});

it('a correct token does not count', async () => {
  const link = await makeRoomElsewhere();
  const address = freshAddress();
  for (let turn = 0; turn < 100; turn++) expect(await ways['GET ?token=']?.(link, adminToken, address)).toBe(200);
});

it('a refusal has a Retry-After', async () => {
  const link = await makeRoomElsewhere();
  const address = freshAddress();
  for (let turn = 0; turn < 61; turn++) await ways.delete?.(link, `wrong-${turn}`, address);
  const refused = await call('DELETE', '/chat/delete', { token: 'wrong', link }, from(address));
  expect([refused.status, refused.envelope.error]).toEqual([429, 'Too many wrong tokens']);
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
});

it('concurrent wrong tokens are limited like sequential ones', async () => {
  const link = await makeRoomElsewhere();
  for (const [way, guess] of Object.entries(ways)) {
    const address = freshAddress();
    const statuses = await Promise.all(Array.from({ length: 150 }, (_, turn) => guess(link, `wrong-${turn}`, address)));
    const checked = statuses.filter((status) => !refusedStatuses.includes(status));
    expect([way, checked.length <= limits.rate.guessesPerMinute + 10]).toEqual([way, true]);
  }
});

it(
  'an address is blocked in one room after too many wrong tokens in others, over sockets',
  withinAMinute(async () => {
    const address = freshAddress();
    const rooms = await Promise.all(Array.from({ length: 70 }, makeRoomElsewhere));
    const codes: (number | undefined)[] = [];
    for (const [turn, link] of rooms.entries()) {
      codes.push(await ways['adminToken in auth']?.(link, `wrong-${turn}`, address));
    }
    expect(codes.filter((code) => code === 4401)).toHaveLength(limits.rate.guessesPerMinute);
    expect(codes.at(-1)).toBe(4429);
  }),
);

it('an admin token sent with many list calls counts once', async () => {
  const link = await makeRoomElsewhere();
  const address = freshAddress();
  const list = () => call('GET', `/chat/list?tag=nothing-here&token=${adminToken}`, undefined, from(address));
  for (let turn = 0; turn < 70; turn++) expect((await list()).status).toBe(200);
  expect(await ways.update?.(link, adminToken, address)).toBe(200);
});

it('a signed token does not count as a guess', async () => {
  const address = freshAddress();
  const token = await sign({ claims: { sub: 'signed-user' } });
  for (let turn = 0; turn < 70; turn++) expect(await ways['sessions of a user']?.('another', token, address)).toBe(403);
  expect(
    (await call('GET', '/getAllSessions?userId=signed-user', undefined, from(address, bearer(token)))).status,
  ).toBe(200);
});

it(
  'an address that is over the global limit is blocked here too',
  withinAMinute(async () => {
    const guesses = new GuessLimiter({ isEnabled: true, globalLimit: env.GUESSES });
    const address = freshAddress();
    const now = Date.now();
    for (let turn = 0; turn < limits.rate.guessesPerMinute; turn++) await env.GUESSES.limit({ key: address });
    expect(guesses.charge(address, now).ok).toBe(true);
    await guesses.recordWrong(address, now);
    expect(guesses.charge(address, now).ok).toBe(false);
    expect(guesses.charge(address, now + 1_000).ok).toBe(true);
  }),
);

it('a failure of the global count blocks no address', async () => {
  const broken = { limit: () => Promise.reject(new Error('down')) };
  const guesses = new GuessLimiter({ isEnabled: true, globalLimit: broken });
  await guesses.recordWrong('a', 1);
  expect(guesses.charge('a', 1).ok).toBe(true);
  expect((await guesses.countGlobally('a')).ok).toBe(true);
});
