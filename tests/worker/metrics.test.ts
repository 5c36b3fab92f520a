/** The operator's metrics: access, format and values. */
import { reset } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adminToken, call, makeRoom, origin } from '../support/pool/calls.ts';
import { runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { joinRoom } from '../support/pool/sockets.ts';

const asOperator = { Authorization: 'Bearer operator-secret' };
const scrape = (init: RequestInit = { headers: asOperator }) => exports.default.fetch(`${origin}/metrics`, init);

/** The values of a scrape by metric name, without the prefix `flexio_`. */
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
  it('are in the Prometheus text format, each with HELP and TYPE', async () => {
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

  it('count rooms, participants and messages', async () => {
    const empty = { rooms: 0, rooms_unlisted: 0, people_here: 0, messages_total: 0 };
    const upToDate = { copies_behind: 0, copies_behind_age_seconds: 0 };
    expect(await samples()).toEqual({ ...empty, ...upToDate });
    const [link, hidden] = [await makeRoom(), await makeRoom({ unlisted: true })];
    await joinRoom(link, 'alice');
    await call('POST', `/chat/${link}/messages`, { token: 'alice-token', clientId: 'one', text: 'x' });
    await runAlarmsUntil(link, Date.now() + 10_000);
    const full = { rooms: 2, rooms_unlisted: 1, people_here: 1, messages_total: 1 };
    expect(await samples()).toEqual({ ...full, ...upToDate });
    await call('DELETE', '/chat/delete', { token: adminToken, link: hidden });
    expect(await samples()).toEqual({ ...full, rooms: 1, rooms_unlisted: 0, ...upToDate });
  });

  it('contain the time since a replica could last be written', async () => {
    const link = await makeRoom();
    await runAlarmsUntil(link, Date.now() + 2 * 60_000);
    setClock(Date.now() + 5_000);
    vi.spyOn(env.CHATS, 'put').mockRejectedValue(new Error('KV is down'));
    await call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'new title' } });
    const failedAt = Date.now();
    await runAlarmsUntil(link, failedAt + 60_000);
    setClock(failedAt + 90_500);
    expect(await samples()).toMatchObject({ copies_behind: 1, copies_behind_age_seconds: 90.5 });
  });

  it.each([
    ['without a credential', '', {}, 401, 'Unauthorized: A credential is required'],
    [
      'with the token of a room’s admin',
      '',
      { Authorization: 'Bearer admin-secret' },
      403,
      'Forbidden: Invalid operator token',
    ],
    ['with the token in the URL', '?token=operator-secret', {}, 401, 'Unauthorized: A credential is required'],
  ])('are refused in the envelope %s', async (_, query, headers, status, text) => {
    const answer = await call('GET', `/metrics${query}`, undefined, headers);
    expect(answer.status).toBe(status);
    expect(answer.envelope).toEqual({ statusCode: status, content: text, error: text });
  });

  it('allow only GET and HEAD', async () => {
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
  ])('give 503 if the directory %s', async (_, metrics) => {
    vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockReturnValue({ metrics } as never);
    const answer = await call('GET', '/metrics', undefined, asOperator);
    expect(answer.envelope).toMatchObject({ statusCode: 503, error: 'Service unavailable' });
    expect(answer.headers.get('Retry-After')).toBe('1');
  });
});
