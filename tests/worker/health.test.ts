/** The service's health: what many rooms share, asked each for itself. */
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

const breakDirectory = (isWell: () => Promise<never>) =>
  vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ isWell } as never);
const breakKv = (get: () => Promise<never>) => vi.spyOn(env.CHATS, 'get').mockImplementation(get);

it('is ok when both answer', async () => {
  const { envelope } = await call('GET', '/health');
  expect(envelope).toEqual({ statusCode: 200, content: { status: 'ok', directory: 'ok', kv: 'ok' } });
});

it.each(Object.entries(faults))('says so when one %s', async (_, fault) => {
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

it('is public, and of GET and HEAD alone', async () => {
  const answer = await call('DELETE', '/health');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
});
