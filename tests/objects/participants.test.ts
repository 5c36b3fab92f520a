/** Presence: participants are counted once each, not per tab, over sockets and REST. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Participant } from '../../shared/participant.ts';
import { adminToken, call, makeRoom, participantCount, roomObject } from '../support/pool/calls.ts';
import { runAlarmAfter, setClock } from '../support/pool/clock.ts';
import { connect, joinRoom, openRoom } from '../support/pool/sockets.ts';

interface LeaseResponse {
  participantCount: number;
  lease?: string;
}

const callParticipants = (link: string, body: Record<string, unknown>) =>
  call<LeaseResponse>('POST', `/chat/${link}/participants`, body);
const join = async (link: string, body = {}) => (await callParticipants(link, { action: 'join', ...body })).content;
const leave = async (link: string, body = {}) => (await callParticipants(link, { action: 'leave', ...body })).content;

const list = async (link: string, query = '') =>
  (
    await call<{ participants: Participant[]; participantCount: number; next?: string }>(
      'GET',
      `/chat/${link}/participants${query}`,
    )
  ).content;

afterEach(() => {
  vi.useRealTimers();
});

describe('joining and leaving by REST', () => {
  it('forty joins at once return the counts 1 to 40, each once', async () => {
    const link = await makeRoom();
    const answers = await Promise.all(Array.from({ length: 40 }, () => join(link)));
    const counts = answers.map((answer) => answer.participantCount).sort((one, other) => one - other);
    expect(counts).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(new Set(answers.map((answer) => answer.lease)).size).toBe(40);
    expect(await participantCount(link)).toBe(40);
  });

  it('leaves never bring the count below zero', async () => {
    const link = await makeRoom();
    await join(link);
    const left = await Promise.all(Array.from({ length: 5 }, () => leave(link)));
    expect(left.map((answer) => answer.participantCount)).toEqual([0, 0, 0, 0, 0]);
    expect((await join(link)).participantCount).toBe(1);
  });

  it('leases survive an eviction', async () => {
    const link = await makeRoom();
    const { lease } = await join(link);
    await join(link, { token: 'alice' });
    await evictDurableObject(await roomObject(link));
    expect(await participantCount(link)).toBe(2);
    expect((await leave(link, { lease })).participantCount).toBe(1);
    expect((await leave(link, { token: 'alice' })).participantCount).toBe(0);
  });

  it('a participant with a token counts once, and only that token ends the lease', async () => {
    const link = await makeRoom();
    await join(link, { token: 'alice', name: 'alice' });
    expect(await join(link, { token: 'alice' })).toEqual({ participantCount: 1 });
    expect((await leave(link)).participantCount).toBe(1);
    expect((await leave(link, { token: 'mallory' })).participantCount).toBe(1);
    expect((await leave(link, { token: 'alice' })).participantCount).toBe(0);
  });

  it('an anonymous lease is renewed and ended by its secret', async () => {
    const link = await makeRoom();
    const { lease } = await join(link);
    const other = await join(link);
    expect(await join(link, { lease })).toEqual({ participantCount: 2, lease });
    expect((await leave(link, { lease })).participantCount).toBe(1);
    for (const action of ['join', 'leave']) {
      const refused = await callParticipants(link, { action, lease });
      expect(refused.envelope).toEqual({ statusCode: 404, content: 'Lease not found', error: 'Lease not found' });
    }
    expect((await leave(link, { lease: other.lease })).participantCount).toBe(0);
  });

  it('a leave without a secret ends the oldest anonymous lease', async () => {
    const link = await makeRoom();
    const [first, second] = [await join(link), await join(link)];
    await leave(link);
    expect((await callParticipants(link, { action: 'leave', lease: first.lease })).status).toBe(404);
    expect((await callParticipants(link, { action: 'leave', lease: second.lease })).status).toBe(200);
  });

  it('participant leases end after 90 s, anonymous leases after 12 h', async () => {
    const { link, alice } = await openRoom('alice');
    await join(link, { token: 'bob-token', name: 'bob' });
    await join(link);
    await alice.presence(({ participantCount }) => participantCount === 3);
    await runAlarmAfter(link, 85_000);
    expect(await participantCount(link)).toBe(3);
    await runAlarmAfter(link, 6_000);
    expect(await participantCount(link)).toBe(2);
    expect(await alice.presence(({ left }) => left)).toMatchObject({ participantCount: 2, left: [{ name: 'bob' }] });
    await evictDurableObject(await roomObject(link));
    await runAlarmAfter(link, 12 * 60 * 60_000);
    expect(await participantCount(link)).toBe(1);
  });

  it('an expired lease is not found, even before the alarm', async () => {
    const link = await makeRoom();
    const { lease } = await join(link);
    setClock(Date.now() + 12 * 60 * 60_000);
    expect((await callParticipants(link, { action: 'join', lease })).status).toBe(404);
    expect(await participantCount(link)).toBe(0);
  });

  it('a lease counts for the address that created it', async () => {
    const link = await makeRoom();
    const from = (address: string, body: Record<string, unknown>) =>
      call<LeaseResponse>('POST', `/chat/${link}/participants`, body, { 'CF-Connecting-IP': address });
    const leases = await Promise.all(Array.from({ length: 100 }, () => from('192.0.2.1', { action: 'join' })));
    for (const { content } of leases) await from('192.0.2.2', { action: 'join', lease: content.lease });
    expect((await from('192.0.2.1', { action: 'join' })).status).toBe(429);
    expect((await from('192.0.2.2', { action: 'join' })).status).toBe(200);
  });

  it('an address gets at most 100 anonymous leases, and then a Retry-After', async () => {
    const link = await makeRoom();
    await Promise.all(Array.from({ length: 100 }, () => join(link)));
    const refused = await callParticipants(link, { action: 'join' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(await participantCount(link)).toBe(100);
    expect((await join(link, { token: 'alice' })).participantCount).toBe(101);
  });

  it.each([
    ['no action', {}, 400, 'Invalid action. Use "join" or "leave"'],
    ['another action', { action: 'stay' }, 400, 'Invalid action. Use "join" or "leave"'],
    ['an action that is a number', { action: 1 }, 400, 'Invalid action. Use "join" or "leave"'],
    ['a null action', { action: null }, 400, 'Invalid action. Use "join" or "leave"'],
    ['a token that is a list', { action: 'join', token: ['x'] }, 400, 'Invalid fields: token must be a string'],
    ['a wrong admin token', { action: 'join', token: 'a', adminToken: 'x' }, 403, 'Forbidden: Invalid admin token'],
  ])('%s is refused', async (_, body, status, text) => {
    const link = await makeRoom();
    expect((await callParticipants(link, body)).envelope).toEqual({ statusCode: status, content: text, error: text });
    expect((await callParticipants('no-such-room', body)).status).toBe(status === 400 ? 400 : 404);
    expect(await participantCount(link)).toBe(0);
  });
});

describe('participants over sockets', () => {
  it('count once with three tabs and a lease, and leave with the last of these', async () => {
    const { link, alice } = await openRoom('alice');
    const tabs = [await joinRoom(link, 'bob'), await joinRoom(link, 'bob'), await joinRoom(link, 'bob')];
    await join(link, { token: 'bob-token' });
    expect(await participantCount(link)).toBe(2);
    await alice.presence(({ participantCount }) => participantCount === 2);
    for (const tab of tabs) tab.close();
    await Promise.all(tabs.map((tab) => tab.closed));
    expect(await participantCount(link)).toBe(2);
    await leave(link, { token: 'bob-token' });
    await vi.waitFor(async () => expect(await participantCount(link)).toBe(1), 15_000);
    const presence = await alice.presence(({ left }) => left);
    expect(presence).toMatchObject({ participantCount: 1, left: [{ name: 'bob' }] });
    const joined = alice.received.flatMap((frame) => (frame.type === 'presence' ? (frame.joined ?? []) : []));
    expect(joined.map(({ name }) => name)).toEqual(['alice', 'bob']);
  });

  it.each([false, true])('receive the joins and leaves of others (evicted in between: %s)', async (evicted) => {
    const { link, alice } = await openRoom('alice');
    const bob = await joinRoom(link, 'bob');
    const presence = await alice.presence(({ participantCount }) => participantCount === 2);
    expect(presence.joined).toMatchObject([{ name: 'bob', role: 'member' }]);
    if (evicted) await evictDurableObject(await roomObject(link));
    bob.close();
    expect(await alice.next('presence')).toEqual({ type: 'presence', participantCount: 1, left: presence.joined });
  });

  it('have the highest role of their sockets, and a change is broadcast', async () => {
    const { link, alice } = await openRoom('alice', 'bob');
    const admin = await joinRoom(link, 'bob', { adminToken });
    const hasRole = (role: string) =>
      alice.presence(({ joined }) => joined?.some((who) => who.name === 'bob' && who.role === role));
    await hasRole('admin');
    admin.close();
    await hasRole('member');
  });

  it('listed in a ready are reported to that client when they leave, however soon', async () => {
    const { link, alice } = await openRoom('alice');
    await alice.next('presence');
    const xavier = await joinRoom(link, 'xavier');
    const sam = await connect(link);
    const ready = await sam.auth({ token: 'sam-token', name: 'sam' });
    expect(ready.participants.map(({ name }) => name)).toContain('xavier');
    xavier.close();
    expect((await sam.presence(({ left }) => left)).left).toMatchObject([{ name: 'xavier' }]);
  });

  it('have the name that they sent last, whichever tab is active', async () => {
    const { link, alice } = await openRoom('alice');
    const nameOf = async () => (await list(link)).participants.find(({ name }) => name !== 'alice')?.name;
    const first = await joinRoom(link, 'ann', { token: 'her-token' });
    setClock(Date.now() + 1_000);
    const second = await joinRoom(link, 'anna', { token: 'her-token' });
    expect(await nameOf()).toBe('anna');
    setClock(Date.now() + 61_000);
    first.send({ type: 'ping', ref: 1 });
    await first.next('pong');
    await evictDurableObject(await roomObject(link));
    expect(await nameOf()).toBe('anna');
    await join(link, { token: 'her-token', name: 'Ann by REST' });
    expect(await nameOf()).toBe('Ann by REST');
    await leave(link, { token: 'her-token' });
    second.close();
    await second.closed;
    await vi.waitFor(async () => expect(await nameOf()).toBe('ann'), 15_000);
    setClock(Date.now() + 2_000);
    await alice.presence(({ joined }) => joined?.some(({ name }) => name === 'ann'));
  });

  it('are reported in batches, at most one a second', async () => {
    const { link, alice } = await openRoom('alice');
    const crowd = await Promise.all(Array.from({ length: 30 }, (_, index) => joinRoom(link, `guest${index}`)));
    await alice.presence(({ participantCount }) => participantCount === 31);
    const batches = alice.received.filter((frame) => frame.type === 'presence');
    const names = batches.flatMap(({ joined = [] }) => joined.map(({ name }) => name));
    expect(names.sort()).toEqual(['alice', ...crowd.map((_, index) => `guest${index}`)].sort());
    expect(batches.length).toBeLessThanOrEqual(3);
  });

  it('that are viewers count per socket, or once per lease that they send', async () => {
    const link = await makeRoom();
    await joinRoom(link);
    await joinRoom(link);
    expect(await participantCount(link)).toBe(2);
    const { lease } = await join(link);
    const first = await joinRoom(link, undefined, { lease });
    const visitor = await joinRoom(link, undefined, { lease });
    first.close();
    expect(await participantCount(link)).toBe(3);
    expect((await leave(link, { lease })).participantCount).toBe(3);
    visitor.close();
    await vi.waitFor(async () => expect(await participantCount(link)).toBe(2), 15_000);
  });

  it('that first had an anonymous lease count once', async () => {
    const link = await makeRoom();
    const [first, second] = [await join(link), await join(link)];
    await joinRoom(link, 'alice', { lease: first.lease });
    expect(await participantCount(link)).toBe(2);
    await joinRoom(link, undefined, { lease: second.lease });
    expect(await join(link, { lease: second.lease, token: 'bob-token' })).toEqual({ participantCount: 2 });
    const late = { action: 'join', lease: second.lease, token: 'bob-token' };
    expect((await callParticipants(link, late)).envelope).toMatchObject({ statusCode: 404, error: 'Lease not found' });
  });

  it('that have not authenticated do not count', async () => {
    const link = await makeRoom();
    await connect(link);
    expect(await participantCount(link)).toBe(0);
  });
});

describe('the list of participants', () => {
  it('contains each participant once, from sockets and leases, with the highest role', async () => {
    const { link } = await openRoom('alice', 'bob');
    await joinRoom(link, 'alice', { adminToken });
    await join(link, { token: 'carol-token', name: 'carol' });
    await join(link);
    const { participants, participantCount } = await list(link);
    expect(participantCount).toBe(4);
    expect(participants.map(({ name, role }) => `${name} ${role}`).sort()).toEqual([
      'alice admin',
      'bob member',
      'carol member',
    ]);
  });

  it('is paged', async () => {
    const link = await makeRoom();
    for (let turn = 0; turn < 5; turn++) await join(link, { token: `t${turn}` });
    const first = await list(link, '?limit=2');
    const second = await list(link, `?limit=2&after=${first.next}`);
    const third = await list(link, `?limit=2&after=${second.next}`);
    expect([first, second, third].map((page) => page.participants.length)).toEqual([2, 2, 1]);
    expect(third.next).toBeUndefined();
    const ids = [first, second, third].flatMap((page) => page.participants.map(({ id }) => id));
    expect(new Set(ids).size).toBe(5);
  });
});
