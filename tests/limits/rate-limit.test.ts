/** Requests per minute of a client address, with rate limits on and the rate limit binding of the local runtime. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { checkRateLimit } from '../../worker/rate-limit.ts';
import { freshAddress, from, withinAMinute } from '../support/pool/addresses.ts';
import { call, freshLink, origin } from '../support/pool/calls.ts';
import { connect } from '../support/pool/sockets.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Uses up the limit of an address except for `left` calls. */
async function leave(address: string, kind: 'CALLS' | 'CREATIONS', left: number): Promise<void> {
  const all = kind === 'CALLS' ? limits.rate.callsPerMinute : limits.rate.creationsPerMinute;
  const used = await Promise.all(Array.from({ length: all - left }, () => env[kind].limit({ key: address })));
  expect(used.every(({ success }) => success)).toBe(true);
}

let spent: { minute: number; address: string } | undefined;

/** An address that has no calls left in this minute; one for all tests of the minute, since that takes 1,200 calls. */
async function spentAddress(): Promise<string> {
  const minute = Math.floor(Date.now() / 60_000);
  if (spent?.minute === minute) return spent.address;
  const address = freshAddress();
  await leave(address, 'CALLS', 0);
  spent = { minute, address };
  return address;
}

const create = (address: string, token = 'admin-secret', headers: Record<string, string> = {}) => {
  const content = { title: 'x', about: '', tag: [], link: freshLink() };
  return call('POST', '/chat/new', { token, content }, from(address, headers));
};
const list = (address: string, headers: Record<string, string> = {}) =>
  call('GET', '/chat/list', undefined, from(address, headers));

describe('an address', () => {
  it(
    'can create 20 rooms a minute, and then gets 429 with Retry-After',
    withinAMinute(async () => {
      const address = freshAddress();
      for (let turn = 1; turn <= 20; turn++) expect((await create(address)).status).toBe(201);
      const refused = await create(address);
      expect(refused.envelope).toEqual({ statusCode: 429, content: 'Too many requests', error: 'Too many requests' });
      expect(refused.headers.get('Retry-After')).toBe('60');
      expect((await create(freshAddress())).status).toBe(201);
      expect((await list(address)).status).toBe(200);
    }),
  );

  it(
    'can make 1,200 other calls a minute, of any kind',
    withinAMinute(async () => {
      const address = freshAddress();
      await leave(address, 'CALLS', 3);
      expect((await list(address)).status).toBe(200);
      expect((await call('GET', '/chat/no-such-room', undefined, from(address))).status).toBe(404);
      expect((await call('PATCH', '/chat/list', undefined, from(address))).status).toBe(405);
      expect((await list(address)).status).toBe(429);
      expect((await call('GET', '/chat/list/', undefined, from(address))).status).toBe(429);
      expect((await call('GET', '/no-such-path', undefined, from(address))).status).toBe(429);
      expect((await create(address)).status).toBe(201);
      expect((await list(freshAddress())).status).toBe(200);
    }),
  );

  it(
    'counts by its /64 if it is IPv6',
    withinAMinute(async () => {
      await leave('2001:db8:1:2::/64', 'CALLS', 0);
      expect((await list('2001:db8:1:2:ffff::9')).status).toBe(429);
      expect((await list('2001:db8:1:3::9')).status).toBe(200);
    }),
  );

  it(
    'gets its socket closed with 4429 and a time to retry once it is over the limit',
    withinAMinute(async () => {
      const address = freshAddress();
      await leave(address, 'CALLS', 1);
      const link = freshLink();
      expect((await (await connect(link, from(address))).closed).code).toBe(4404);
      expect(await (await connect(link, from(address))).closed).toEqual({
        code: 4429,
        reason: 'Too many requests: come back in 60 s',
      });
    }),
  );

  it(
    'gets the refusal with CORS headers that expose Retry-After',
    withinAMinute(async () => {
      const address = await spentAddress();
      const { headers } = await list(address, { Origin: 'https://flexio.pages.dev' });
      expect(headers.get('Access-Control-Allow-Origin')).toBe('https://flexio.pages.dev');
      expect(headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
    }),
  );

  it.each(['/', '/assets/nope.js', '/chat/a-room/'])(
    'over the limit is refused %s too: every request counts',
    withinAMinute(async (path: string) => {
      const address = await spentAddress();
      const request = new Request(origin + path, { headers: from(address) });
      expect((await checkRateLimit(request, env, address))?.status).toBe(429);
    }),
  );

  it(
    'has one limit for claiming users and creating rooms',
    withinAMinute(async () => {
      const address = freshAddress();
      await leave(address, 'CREATIONS', 2);
      const claim = (userId: string) => call('POST', '/storeChatMessage', { userId, message: 'x' }, from(address));
      const users = [1, 2, 3].map((number) => `${freshLink()}-${number}`);
      const statuses = [];
      for (const userId of users) statuses.push((await claim(userId)).status);
      expect(statuses).toEqual([201, 201, 429]);
    }),
  );
});

describe('the operator', () => {
  it(
    'is exempt with the token in the header',
    withinAMinute(async () => {
      const address = await spentAddress();
      await leave(address, 'CREATIONS', 0);
      expect((await list(address, { Authorization: 'Bearer operator-secret' })).status).toBe(200);
      expect((await create(address, 'room-secret', { Authorization: 'Bearer operator-secret' })).status).toBe(201);
      expect((await list(address, { Authorization: 'Bearer operator-secret ' })).status).toBe(200);
      expect((await list(address, { Authorization: 'Bearer operator-secrets' })).status).toBe(429);
      expect((await create(address, 'operator')).status).toBe(429);
    }),
  );

  it(
    'is checked for a limited number of wrong tokens only',
    withinAMinute(async () => {
      const address = freshAddress();
      await leave(address, 'CALLS', 0);
      for (let guess = 1; guess <= 60; guess++) await list(address, { Authorization: `Bearer guess-${guess}` });
      expect((await list(address, { Authorization: 'Bearer operator-secret' })).status).toBe(429);
    }),
  );

  it(
    'is exempt only if a token is configured',
    withinAMinute(async () => {
      const address = await spentAddress();
      for (const token of [undefined, '']) {
        const request = new Request(`${origin}/chat/list`, { headers: { Authorization: 'Bearer ' } });
        const settings: Env = { ...env, ADMIN_TOKEN: token as string };
        expect((await checkRateLimit(request, settings, address))?.status).toBe(429);
      }
    }),
  );
});

describe('the rate limit', () => {
  const request = () => new Request(`${origin}/chat/list`);
  const overLimit = async (settings: Partial<Record<keyof Env, unknown>>) => {
    const address = await spentAddress();
    return checkRateLimit(request(), { ...env, ...settings } as Env, address);
  };

  it(
    'refuses calls over the limit',
    withinAMinute(async () => {
      expect((await overLimit({}))?.status).toBe(429);
    }),
  );

  it(
    'allows calls if the limits are off',
    withinAMinute(async () => {
      expect(await overLimit({ RATE_LIMITS: 'off' })).toBe(undefined);
    }),
  );

  it(
    'allows calls if there is no binding, and logs nothing',
    withinAMinute(async () => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      expect(await overLimit({ CALLS: undefined })).toBe(undefined);
      expect(log).not.toHaveBeenCalled();
    }),
  );

  it(
    'allows calls if the binding fails, and logs it',
    withinAMinute(async () => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      expect(await overLimit({ CALLS: { limit: () => Promise.reject(new Error('no limiter')) } })).toBe(undefined);
      expect(log.mock.calls.join()).toContain('rate_limit_failed');
    }),
  );
});
