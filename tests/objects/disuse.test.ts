/** Rooms that nobody touches: removed after the days that the service gives them, and never where it gives none. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { passAlarms, setClock } from '../support/pool/clock.ts';
import { enter } from '../support/pool/sockets.ts';

const days = 30;
const day = 24 * 60 * 60_000;
const stays = days * day + limits.activityWriteMs;
const settings = env as { ROOM_DAYS: string };

const exists = async (link: string) => (await call('GET', `/chat/${link}`)).status === 200;

const alarmOf = async (link: string) =>
  runInDurableObject(await roomObject(link), (_, { storage }) => storage.getAlarm());

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

it('an untouched room wakes once for it, and is gone as if its admin had deleted it', async () => {
  const link = await makeRoom();
  const made = Date.now();
  await passAlarms(link, made + 60_000);
  expect(await alarmOf(link)).toBe(made + stays);
  await evictDurableObject(await roomObject(link));
  expect(await exists(link)).toBe(true);
  expect((await passAlarms(link, made + stays))[0]).toBe(made + stays);
  expect(await exists(link)).toBe(false);
  await passAlarms(link, Date.now() + 10 * 60_000);
  expect(await env.CHATS.get(`chat:${link}`)).toBeNull();
  const { content } = await call<{ chats: { link: string }[] }>('GET', '/chat/list');
  expect(content.chats.map((room) => room.link)).not.toContain(link);
  const again = { title: 'x', about: '', tag: [], link };
  expect((await call('POST', '/chat/new', { token: adminToken, content: again })).status).toBe(201);
});

/** What touches a room. */
const touches: Record<string, (link: string) => Promise<unknown>> = {
  'a post': (link) => call('POST', `/chat/${link}/messages`, { token: 'bob', clientId: 'b', text: 'x' }),
  'an edit': (link) => call('PUT', `/chat/${link}/messages/1`, { token: 'alice', text: 'y' }),
  'a reaction': (link) =>
    call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, { token: 'bob' }),
  'a change of title': (link) =>
    call('PUT', '/chat/update', { token: adminToken, link, content: { title: 'another' } }),
  'a change of the admin’s token': (link) =>
    call('PUT', '/chat/update', { token: adminToken, link, content: { newToken: 'another' } }),
  'a join by REST': (link) => call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' }),
  'a viewer’s socket': async (link) => (await enter(link)).close(),
};

describe.each(Object.entries(touches))('%s', (_, touch) => {
  it('keeps the room for as long again, over an eviction', async () => {
    const link = await makeRoom();
    await call('POST', `/chat/${link}/messages`, { token: 'alice', clientId: 'a', text: 'x' });
    await passAlarms(link, Date.now() + 20 * 60_000);
    const touched = Date.now() + (days - 1) * day;
    setClock(touched);
    await touch(link);
    await passAlarms(link, touched + 20 * 60_000);
    await evictDurableObject(await roomObject(link));
    await passAlarms(link, touched + stays - 1);
    expect(await exists(link)).toBe(true);
    await passAlarms(link, touched + stays);
    expect(await exists(link)).toBe(false);
  });
});

it('reading keeps no room', async () => {
  const link = await makeRoom();
  const made = Date.now();
  setClock(made + (days - 1) * day);
  await call('GET', `/chat/${link}/messages`);
  await passAlarms(link, made + stays);
  expect(await exists(link)).toBe(false);
});

it('somebody in it, however silent, keeps the room', async () => {
  const link = await makeRoom();
  const made = Date.now();
  const alice = await enter(link, 'alice');
  setClock(made + stays);
  await passAlarms(link, Date.now());
  expect(await exists(link)).toBe(true);
  alice.close();
  const left = Date.now();
  await passAlarms(link, left + stays - 1);
  expect(await exists(link)).toBe(true);
  await passAlarms(link, left + stays);
  expect(await exists(link)).toBe(false);
});

it('a busy room notes that it was touched once an hour', async () => {
  const link = await makeRoom();
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
  const [first] = await rowsOf(link, 'touched');
  setClock(Date.now() + limits.activityWriteMs - 1);
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
  expect(await rowsOf(link, 'touched')).toEqual([first]);
  setClock(Date.now() + 1);
  await call('POST', `/chat/${link}/participants`, { action: 'join', token: 'bob' });
  expect(await rowsOf(link, 'touched')).toEqual([{ id: 1, at: Date.now() }]);
});

it.each(['0', '', 'never', '-1'])('with ROOM_DAYS %o rooms stay, and it costs no alarm and no row', async (value) => {
  settings.ROOM_DAYS = value;
  const link = await makeRoom();
  for (const touch of Object.values(touches)) await touch(link);
  setClock(Date.now() + 20 * 60_000);
  await passAlarms(link, Date.now() + day);
  expect(await alarmOf(link)).toBeNull();
  expect(await rowsOf(link, 'touched')).toEqual([]);
  setClock(Date.now() + 10_000 * day);
  expect(await exists(link)).toBe(true);
});
