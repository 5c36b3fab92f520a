/** Inactive rooms are deleted after `ROOM_DAYS` days, or never if it is not set. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { runAlarmsUntil, setClock } from '../support/pool/clock.ts';
import { joinRoom } from '../support/pool/sockets.ts';
import { alarmOf } from '../support/pool/storage.ts';

const days = 30;
const day = 24 * 60 * 60_000;
const expiresAfter = days * day + limits.jobs.activityWriteMs;
const settings = env as { ROOM_DAYS: string };

const exists = async (link: string) => (await call('GET', `/chat/${link}`)).status === 200;

const rowsOf = async (link: string, table: string) =>
  runInDurableObject(await roomObject(link), (_, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray());

beforeEach(() => {
  settings.ROOM_DAYS = String(days);
  setClock(Date.now());
});

afterEach(() => {
  settings.ROOM_DAYS = '0';
  vi.useRealTimers();
});

it('an inactive room wakes once to expire and is deleted as if by its admin', async () => {
  const link = await makeRoom();
  const made = Date.now();
  await runAlarmsUntil(link, made + 60_000);
  expect(await alarmOf(link)).toBe(made + expiresAfter);
  await evictDurableObject(await roomObject(link));
  expect(await exists(link)).toBe(true);
  expect((await runAlarmsUntil(link, made + expiresAfter))[0]).toBe(made + expiresAfter);
  expect(await exists(link)).toBe(false);
  await runAlarmsUntil(link, Date.now() + 10 * 60_000);
  expect(await env.CHATS.get(`chat:${link}`)).toBeNull();
  const { content } = await call<{ chats: { link: string }[] }>('GET', '/chat/list');
  expect(content.chats.map((room) => room.link)).not.toContain(link);
  const again = { title: 'x', about: '', tag: [], link };
  expect((await call('POST', '/chat/new', { token: adminToken, content: again })).status).toBe(201);
});

/** Calls that count as activity. */
const activities: Record<string, (link: string) => Promise<unknown>> = {
  'a post': (link) => call('POST', `/chat/${link}/messages`, { token: 'bob', clientId: 'b', text: 'x' }),
  'an edit': (link) => call('PUT', `/chat/${link}/messages/1`, { token: 'alice', text: 'y' }),
  'a reaction': (link) =>
    call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, { token: 'bob' }),
  'a change of title': (link) =>
    call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'another' } }),
  'a change of the admin’s token': (link) =>
    call('PUT', '/chat/update', { token: adminToken, link, content: { newToken: 'another' } }),
  'a join by REST': (link) => call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' }),
  'a viewer’s socket': async (link) => (await joinRoom(link)).close(),
};

describe.each(Object.entries(activities))('%s', (_, act) => {
  it('restarts the time until the room expires, also after an eviction', async () => {
    const link = await makeRoom();
    await call('POST', `/chat/${link}/messages`, { token: 'alice', clientId: 'a', text: 'x' });
    await runAlarmsUntil(link, Date.now() + 20 * 60_000);
    const activeAt = Date.now() + (days - 1) * day;
    setClock(activeAt);
    await act(link);
    await runAlarmsUntil(link, activeAt + 20 * 60_000);
    await evictDurableObject(await roomObject(link));
    await runAlarmsUntil(link, activeAt + expiresAfter - 1);
    expect(await exists(link)).toBe(true);
    await runAlarmsUntil(link, activeAt + expiresAfter);
    expect(await exists(link)).toBe(false);
  });
});

it('reading does not count as activity', async () => {
  const link = await makeRoom();
  const made = Date.now();
  setClock(made + (days - 1) * day);
  await call('GET', `/chat/${link}/messages`);
  await runAlarmsUntil(link, made + expiresAfter);
  expect(await exists(link)).toBe(false);
});

it('a connected participant keeps the room, however silent', async () => {
  const link = await makeRoom();
  const made = Date.now();
  const alice = await joinRoom(link, 'alice');
  setClock(made + expiresAfter);
  await runAlarmsUntil(link, Date.now());
  expect(await exists(link)).toBe(true);
  alice.close();
  const left = Date.now();
  await runAlarmsUntil(link, left + expiresAfter - 1);
  expect(await exists(link)).toBe(true);
  await runAlarmsUntil(link, left + expiresAfter);
  expect(await exists(link)).toBe(false);
});

it('a busy room stores its last activity at most once an hour', async () => {
  const link = await makeRoom();
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
  const [first] = await rowsOf(link, 'touched');
  setClock(Date.now() + limits.jobs.activityWriteMs - 1);
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
  expect(await rowsOf(link, 'touched')).toEqual([first]);
  setClock(Date.now() + 1);
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
  expect(await rowsOf(link, 'touched')).toEqual([{ id: 1, at: Date.now() }]);
});

it.each(['0', '', 'never', '-1'])(
  'with ROOM_DAYS %o a room never expires and has no alarm or row for it',
  async (value) => {
    settings.ROOM_DAYS = value;
    const link = await makeRoom();
    for (const act of Object.values(activities)) await act(link);
    setClock(Date.now() + 20 * 60_000);
    await runAlarmsUntil(link, Date.now() + day);
    expect(await alarmOf(link)).toBeNull();
    expect(await rowsOf(link, 'touched')).toEqual([]);
    setClock(Date.now() + 10_000 * day);
    expect(await exists(link)).toBe(true);
  },
);
