/** `/health`: the directory and KV, each checked separately. */
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { call } from '../support/pool/calls.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const faults = {
  fails: async () => Promise.reject(new Error('down')),
  'does not answer': () => new Promise<never>(() => undefined),
};

const breakDirectory = (isHealthy: () => Promise<never>) =>
  vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ isHealthy } as never);
const breakKv = (get: () => Promise<never>) => vi.spyOn(env.CHATS, 'get').mockImplementation(get);

it('is ok if both the directory and KV answer', async () => {
  const { envelope } = await call('GET', '/health');
  expect(envelope).toEqual({ statusCode: 200, content: { status: 'ok', directory: 'ok', kv: 'ok' } });
});

it.each(Object.entries(faults))('names each dependency that %s', async (_, fault) => {
  const text = 'Service unavailable: No answer from';
  breakDirectory(fault);
  const withoutDirectory = await call('GET', '/health');
  expect(withoutDirectory.envelope).toMatchObject({ statusCode: 503, error: `${text} the directory` });
  expect(withoutDirectory.headers.get('Retry-After')).toBe('1');
  breakKv(fault);
  expect((await call('GET', '/health')).envelope).toMatchObject({ error: `${text} the directory and KV` });
  vi.restoreAllMocks();
  breakKv(fault);
  expect((await call('GET', '/health')).envelope).toMatchObject({ statusCode: 503, content: `${text} KV` });
});

it('is public and allows only GET and HEAD', async () => {
  const answer = await call('DELETE', '/health');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
});
