/** The operator's metrics: who gets them, in which form, and what they say. */
import { reset } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adminToken, call, makeRoom, origin } from '../support/pool/calls.ts';
import { passAlarms, setClock } from '../support/pool/clock.ts';
import { enter } from '../support/pool/sockets.ts';

const asOperator = { Authorization: 'Bearer operator-secret' };
const scrape = (init: RequestInit = { headers: asOperator }) => exports.default.fetch(`${origin}/metrics`, init);

/** The samples of a scrape by name. */
async function samples(): Promise<Record<string, number>> {
  const text = await (await scrape()).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([name, value]) => [name?.replace('flexio_', ''), Number(value)]),
  );
}

beforeEach(async () => {
  await reset();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('metrics', () => {
  it('are in the text format of Prometheus, each with what it means and its type', async () => {
    await makeRoom();
    const response = await scrape();
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const text = await response.text();
    expect(text).toMatch(/^(# HELP (\w+) [^\n]+\n# TYPE \2 (gauge|counter)\n\2 \d+(\.\d+)?\n){6}$/);
    expect(text).toContain('# TYPE flexio_messages_total counter\nflexio_messages_total 0\n');
    expect(text).toContain('# TYPE flexio_rooms gauge\nflexio_rooms 1\n');
  });

  it('say how much there is', async () => {
    const empty = { rooms: 0, rooms_unlisted: 0, people_here: 0, messages_total: 0 };
    const well = { copies_behind: 0, copies_behind_age_seconds: 0 };
    expect(await samples()).toEqual({ ...empty, ...well });
    const [link, hidden] = [await makeRoom(), await makeRoom({ unlisted: true })];
    await enter(link, 'alice');
    await call('POST', `/chat/${link}/messages`, { token: 'alice-token', clientId: 'one', text: 'x' });
    await passAlarms(link, Date.now() + 10_000);
    const full = { rooms: 2, rooms_unlisted: 1, people_here: 1, messages_total: 1 };
    expect(await samples()).toEqual({ ...full, ...well });
    await call('DELETE', '/chat/delete', { token: adminToken, link: hidden });
    expect(await samples()).toEqual({ ...full, rooms: 1, rooms_unlisted: 0, ...well });
  });

  it('say for how long a copy cannot be written', async () => {
    const link = await makeRoom();
    await passAlarms(link, Date.now() + 2 * 60_000);
    setClock(Date.now() + 5_000);
    vi.spyOn(env.CHATS, 'put').mockRejectedValue(new Error('KV is down'));
    await call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'new title' } });
    const failedAt = Date.now();
    await passAlarms(link, failedAt + 60_000);
    setClock(failedAt + 90_500);
    expect(await samples()).toMatchObject({ copies_behind: 1, copies_behind_age_seconds: 90.5 });
  });

  it.each([
    ['without a credential', '', {}, 401, 'Unauthorized: A credential is required'],
    ['for another', '', { Authorization: 'Bearer admin-secret' }, 403, 'Forbidden: Invalid operator token'],
    ['for a token in the URL', '?token=operator-secret', {}, 401, 'Unauthorized: A credential is required'],
  ])('are refused in the envelope %s', async (_, query, headers, status, text) => {
    const answer = await call('GET', `/metrics${query}`, undefined, headers);
    expect(answer.status).toBe(status);
    expect(answer.envelope).toEqual({ statusCode: status, content: text, error: text });
  });

  it('take GET and HEAD alone', async () => {
    const answer = await call('POST', '/metrics', {}, asOperator);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('Allow')).toBe('GET, HEAD, OPTIONS');
    const head = await scrape({ method: 'HEAD', headers: asOperator });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });

  it.each([
    ['fails', async () => Promise.reject(new Error('down'))],
    ['does not answer', () => new Promise<never>(() => undefined)],
  ])('are 503 when the directory %s', async (_, figures) => {
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ figures } as never);
    const answer = await call('GET', '/metrics', undefined, asOperator);
    expect(answer.envelope).toMatchObject({ statusCode: 503, error: 'Service unavailable' });
    expect(answer.headers.get('Retry-After')).toBe('1');
  });
});
