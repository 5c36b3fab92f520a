/** Moderation: every action over both transports, its effects, and attempts to evade it. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import type { Message } from '../../shared/message.ts';
import type { ModerationEntry } from '../../shared/moderation.ts';
import type { Participant } from '../../shared/participant.ts';
import { freshAddress, from } from '../support/pool/addresses.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { withFault } from '../support/pool/faults.ts';
import { sign } from '../support/pool/signing.ts';
import { connect, joinRoom, openRoom, type TestSocket } from '../support/pool/sockets.ts';

afterEach(() => vi.useRealTimers());

type Outcome = { status: number; entry?: ModerationEntry; error?: string };

interface Actor {
  token?: string;
  adminToken?: string;
}

const boss: Actor = { token: 'boss-token', adminToken };
const as = (who: string): Actor => ({ token: `${who}-token` });

/** A moderation action over each transport. */
const transports: Record<string, (link: string, actor: Actor, action: Record<string, unknown>) => Promise<Outcome>> = {
  WebSocket: async (link, actor, action) => {
    const socket = await connect(link);
    await socket.auth({ ...actor });
    socket.send({ type: 'moderate', ref: 'm', ...action });
    let answer = await socket.nextOf(['moderation', 'error']);
    while (answer.ref !== 'm') answer = await socket.nextOf(['moderation', 'error']);
    socket.close();
    return answer.type === 'error'
      ? { status: answer.statusCode, error: answer.error }
      : { status: 201, entry: answer.entry };
  },
  REST: async (link, actor, action) => {
    const { status, content, envelope } = await call<ModerationEntry>('POST', `/chat/${link}/moderation`, {
      ...actor,
      ...action,
    });
    return status === 201 ? { status, entry: content } : { status, error: envelope.error ?? '' };
  },
};

const moderate = (link: string, action: Record<string, unknown>, actor = boss): Promise<Outcome> => {
  const overRest = transports.REST;
  if (!overRest) throw new Error('no transport');
  return overRest(link, actor, action);
};

const log = (link: string, actor = boss) =>
  call<CallContent<'getModeration'>>('GET', `/chat/${link}/moderation`, undefined, {
    Authorization: `Bearer ${actor.adminToken ?? actor.token}`,
  });

let posts = 0;
const post = (link: string, actor: Actor, headers: Record<string, string> = {}) =>
  call<Message>('POST', `/chat/${link}/messages`, { ...actor, clientId: `c${++posts}`, text: 'x' }, headers);

/** Joins and leaves a room. @returns the participant of that name's token */
async function participantOf(link: string, who: string): Promise<Participant> {
  const socket = await connect(link);
  const { participant } = await socket.auth({ token: `${who}-token`, name: who });
  socket.close();
  if (!participant) throw new Error('no participant');
  return participant;
}

const idOf = async (link: string, who: string) => (await participantOf(link, who)).id;

const sendOn = async (socket: TestSocket) => {
  socket.send({ type: 'send', clientId: `s${++posts}`, text: 'x', ref: 's' });
  const answer = await socket.nextOf(['ack', 'error']);
  return answer.type === 'ack' ? 201 : answer.statusCode;
};

describe.each(Object.entries(transports))('over %s', (_, moderateOver) => {
  it('a mute prevents a participant from posting, editing and reacting on every connection until it ends', async () => {
    const { link, alice } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await post(link, as('alice'));
    const start = Date.now();
    setClock(start);
    const muted = await moderateOver(link, boss, { action: 'mute', target, seconds: 60, reason: 'too loud' });
    expect(muted.entry).toMatchObject({
      action: 'mute',
      target: { id: target, name: 'alice' },
      seconds: 60,
      reason: 'too loud',
    });
    for (let evicted = 0; evicted < 2; evicted++) {
      const refused = await post(link, as('alice'));
      expect([refused.status, refused.envelope.error]).toEqual([403, 'Muted: too loud']);
      expect(refused.headers.get('Retry-After')).toBe('60');
      expect(await sendOn(alice)).toBe(403);
      const tab = await joinRoom(link, 'alice');
      expect(await sendOn(tab)).toBe(403);
      const edit = await call('PUT', `/chat/${link}/messages/1`, { ...as('alice'), text: 'y' });
      const react = await call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, as('alice'));
      expect([edit.status, react.status]).toEqual([403, 403]);
      await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    }
    expect((await call('DELETE', `/chat/${link}/messages/1`, as('alice'))).status).toBe(200);
    setClock(start + 60_000);
    expect((await post(link, as('alice'))).status).toBe(201);
    expect(await sendOn(alice)).toBe(201);
  });

  it('a mute is visible to all clients and can be lifted', async () => {
    const { link, bob } = await openRoom('alice', 'bob');
    const target = await idOf(link, 'alice');
    await moderateOver(link, boss, { action: 'mute', target });
    const muted = await bob.presence(({ joined }) => joined?.some(({ mutedUntil }) => mutedUntil));
    const participant = muted.joined?.find(({ id }) => id === target);
    expect(participant).toMatchObject({ mutedUntil: Number.MAX_SAFE_INTEGER });
    await moderateOver(link, boss, { action: 'unmute', target });
    await bob.presence(({ joined }) => joined?.some(({ id, mutedUntil }) => id === target && mutedUntil === undefined));
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it('a kick closes every socket of a participant with the reason, and the participant can rejoin', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const tab = await joinRoom(link, 'alice');
    await call('POST', `/chat/${link}/participants`, { action: 'join', ...as('alice') });
    await moderateOver(link, boss, { action: 'kick', target: await idOf(link, 'alice'), reason: 'cool down' });
    for (const socket of [alice, tab]) expect(await socket.closed).toEqual({ code: 4403, reason: 'Kicked: cool down' });
    await bob.presence(({ left }) => left?.some(({ name }) => name === 'alice'));
    await joinRoom(link, 'alice');
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it.each([false, true])(
    'a ban refuses a participant over every transport (after an eviction: %s)',
    async (evicted) => {
      const { link, alice, bob } = await openRoom('alice', 'bob');
      const target = await idOf(link, 'alice');
      const start = Date.now();
      setClock(start);
      await moderateOver(link, boss, { action: 'ban', target, seconds: 3_600, reason: 'spam' });
      expect(await alice.closed).toEqual({ code: 4403, reason: 'Banned: spam' });
      if (evicted) await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
      const back = await connect(link);
      back.send({ type: 'auth', token: 'alice-token' });
      expect(await back.next('error')).toMatchObject({ statusCode: 403, error: 'Banned: spam', retryAfter: 3_600 });
      expect(await back.closed).toEqual({ code: 4403, reason: 'Banned: spam: come back in 3600 s' });
      const rest = await post(link, as('alice'));
      expect([rest.status, rest.envelope.error]).toEqual([403, 'Banned: spam']);
      const join = await call('POST', `/chat/${link}/participants`, { action: 'join', ...as('alice') });
      expect(join.status).toBe(403);
      expect((await post(link, as('bob'))).status).toBe(201);
      expect((await call('GET', `/chat/${link}`)).content).toMatchObject({ participantCount: 1 });
      setClock(start + 3_600_000);
      expect((await post(link, as('alice'))).status).toBe(201);
      bob.close();
    },
  );

  it('a ban can be lifted', async () => {
    const { link } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await moderateOver(link, boss, { action: 'ban', target });
    expect((await post(link, as('alice'))).status).toBe(403);
    await moderateOver(link, boss, { action: 'unban', target });
    expect((await post(link, as('alice'))).status).toBe(201);
    await joinRoom(link, 'alice');
  });

  it('the admin promotes and demotes moderators, with effect on open sockets', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const target = await idOf(link, 'alice');
    await post(link, as('bob'));
    await moderateOver(link, boss, { action: 'promote', target });
    const presence = await bob.presence(({ joined }) => joined?.some(({ role }) => role === 'moderator'));
    expect(presence.joined).toContainEqual({ id: target, name: 'alice', role: 'moderator' });
    alice.send({ type: 'delete', messageId: 1 });
    expect(await alice.next('ack')).toMatchObject({ rev: 2 });
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    expect((await (await connect(link)).auth({ ...as('alice') })).role).toBe('moderator');
    expect((await moderate(link, { action: 'slow', seconds: 5 }, as('alice'))).status).toBe(201);
    await moderateOver(link, boss, { action: 'demote', target });
    alice.send({ type: 'moderate', action: 'lock', ref: 'l' });
    expect(await alice.next('error')).toMatchObject({ ref: 'l', statusCode: 403 });
    expect((await moderate(link, { action: 'lock' }, as('alice'))).error).toBe(
      'Forbidden: Only moderators may do this',
    );
  });

  it('slow mode limits members to one message per interval over all transports, and repeats are acknowledged', async () => {
    const { link, alice } = await openRoom('alice');
    const start = Date.now();
    setClock(start);
    await moderateOver(link, boss, { action: 'slow', seconds: 30 });
    expect(await alice.next('room')).toMatchObject({ slowSeconds: 30, locked: false });
    const body = { ...as('alice'), clientId: 'same', text: 'x' };
    expect((await call('POST', `/chat/${link}/messages`, body)).status).toBe(201);
    setClock(start + 10_000);
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    const refused = await post(link, as('alice'));
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '20']);
    expect(await sendOn(alice)).toBe(429);
    expect((await call('POST', `/chat/${link}/messages`, body)).status).toBe(200);
    for (let turn = 1; turn <= 3; turn++) expect((await post(link, boss)).status).toBe(201);
    setClock(start + 30_000);
    expect((await post(link, as('alice'))).status).toBe(201);
    await moderateOver(link, boss, { action: 'slow', seconds: 0 });
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it('a locked room can be read by all and posted in by moderators only', async () => {
    const { link, alice } = await openRoom('alice');
    await moderateOver(link, boss, { action: 'lock' });
    expect(await alice.next('room')).toMatchObject({ locked: true });
    const refused = await post(link, as('alice'));
    expect([refused.status, refused.envelope.error]).toEqual([403, 'Locked: Only moderators can post right now']);
    expect(await sendOn(alice)).toBe(403);
    expect((await post(link, boss)).status).toBe(201);
    expect((await alice.next('message')).text).toBe('x');
    expect((await (await connect(link)).auth()).locked).toBe(true);
    await moderateOver(link, boss, { action: 'unlock' });
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it.each([
    ['a member', as('bob'), 403, 'Forbidden: Only moderators may do this'],
    ['a viewer', {}, 401, 'Unauthorized: A token is required'],
  ])('%s is refused every action', async (__, actor, status, error) => {
    const { link } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    for (const action of ['mute', 'kick', 'ban', 'promote']) {
      expect(await moderateOver(link, actor, { action, target })).toEqual({ status, error });
    }
    expect(await moderateOver(link, actor, { action: 'lock' })).toEqual({ status, error });
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it('a participant cannot act on an equal or higher role, and moderators cannot promote', async () => {
    const { link } = await openRoom('alice', 'bob');
    const [alice, bob, admin] = [await idOf(link, 'alice'), await idOf(link, 'bob'), await idOf(link, 'boss')];
    for (const target of [alice, bob]) await moderate(link, { action: 'promote', target });
    const stays = await connect(link);
    await stays.auth({ ...boss });
    for (const target of [bob, admin, alice]) {
      expect(await moderateOver(link, as('alice'), { action: 'ban', target })).toMatchObject({ status: 403 });
    }
    const carol = await idOf(link, 'carol');
    await post(link, as('carol'));
    expect(await moderateOver(link, as('alice'), { action: 'promote', target: carol })).toMatchObject({ status: 403 });
    expect(await moderateOver(link, as('alice'), { action: 'ban', target: carol, addresses: true })).toMatchObject({
      status: 403,
    });
    expect(await moderateOver(link, as('alice'), { action: 'ban', target: carol })).toMatchObject({ status: 201 });
    expect(await moderateOver(link, boss, { action: 'ban', target: bob })).toMatchObject({ status: 201 });
    expect((await log(link)).content.standings).toEqual(
      expect.arrayContaining([
        { id: alice, name: 'alice', isModerator: true },
        { id: bob, name: 'bob', isModerator: false, bannedUntil: Number.MAX_SAFE_INTEGER },
      ]),
    );
  });

  it.each([
    ['an unknown action', { action: 'explode' }, 400],
    ['no action', {}, 400],
    ['no target', { action: 'ban' }, 400],
    ['a target that is not an id', { action: 'ban', target: 'alice' }, 400],
    ['an unknown participant', { action: 'ban', target: 't:0000' }, 404],
    ['slow mode without seconds', { action: 'slow' }, 400],
    ['a mute of zero seconds', { action: 'mute', target: 't:0000', seconds: 0 }, 400],
    ['a reason that is too long', { action: 'lock', reason: 'x'.repeat(201) }, 400],
  ])('%s is refused', async (__, what, status) => {
    const outcome = await moderateOver(await makeRoom(), boss, what);
    expect(outcome.status).toBe(status);
  });
});

describe('a ban that extends to addresses', () => {
  /** Alice and Bob have the same address, and Alice is banned together with it. */
  async function banned(seconds?: number) {
    const link = await makeRoom();
    const [office, elsewhere] = [freshAddress(), freshAddress()];
    await post(link, as('bob'), from(office));
    const alice = await connect(link, from(office));
    const { participant } = await alice.auth({ token: 'alice-token', name: 'alice' });
    await moderate(link, { action: 'ban', target: participant?.id, addresses: true, ...(seconds && { seconds }) });
    await alice.closed;
    return { link, office, elsewhere, target: participant?.id };
  }

  it('refuses new tokens from those addresses over every transport, also after an eviction', async () => {
    const { link, office } = await banned();
    for (let evicted = 0; evicted < 2; evicted++) {
      expect((await post(link, as('sock-puppet'), from(office))).status).toBe(403);
      const join = { action: 'join', ...as('sock-puppet') };
      expect((await call('POST', `/chat/${link}/participants`, join, from(office))).status).toBe(403);
      const socket = await connect(link, from(office));
      socket.send({ type: 'auth', token: 'sock-puppet-token' });
      expect((await socket.closed).code).toBe(4403);
      await evictDurableObject(await roomObject(link));
    }
  });

  it('exempts known participants, signed tokens, moderators, readers and other addresses', async () => {
    const { link, office, elsewhere } = await banned();
    expect((await post(link, as('bob'), from(office))).status).toBe(201);
    expect((await post(link, { token: await sign() }, from(office))).status).toBe(201);
    expect((await post(link, boss, from(office))).status).toBe(201);
    expect((await post(link, as('newcomer'), from(elsewhere))).status).toBe(201);
    await (await connect(link, from(office))).auth();
  });

  it('ends after a day, or with a shorter ban, or with an unban', async () => {
    const start = Date.now();
    setClock(start);
    const [day, hour, undone] = [await banned(), await banned(3_600), await banned()];
    await moderate(undone.link, { action: 'unban', target: undone.target });
    expect((await post(undone.link, as('new'), from(undone.office))).status).toBe(201);
    setClock(start + 3_600_000);
    expect((await post(hour.link, as('new'), from(hour.office))).status).toBe(201);
    expect((await post(day.link, as('new'), from(day.office))).status).toBe(403);
    setClock(start + 24 * 3_600_000);
    expect((await post(day.link, as('new'), from(day.office))).status).toBe(201);
    expect((await post(day.link, as('alice'), from(day.elsewhere))).status).toBe(403);
  });
});

describe('the moderation log', () => {
  it('contains every action, deletion by a moderator and report, newest first and in pages, for moderators only', async () => {
    const { link } = await openRoom('alice', 'bob');
    const target = await idOf(link, 'alice');
    await post(link, as('alice'));
    await moderate(link, { action: 'mute', target, seconds: 5 });
    await moderate(link, { action: 'lock', reason: 'night' });
    await call('POST', `/chat/${link}/messages/1/report`, { ...as('bob'), reason: 'rude' });
    await call('DELETE', `/chat/${link}/messages/1`, { ...boss });
    const { content } = await log(link);
    expect(content.entries.map(({ action }) => action)).toEqual(['delete', 'report', 'lock', 'mute']);
    expect(content.entries[0]).toMatchObject({ messageId: 1, target: { id: target } });
    expect(content.entries[1]).toMatchObject({
      messageId: 1,
      reason: 'rude',
      by: { name: 'bob' },
    });
    expect(content).toMatchObject({ locked: true, standings: [{ id: target }] });
    const page = await call<CallContent<'getModeration'>>('GET', `/chat/${link}/moderation?limit=3`, undefined, {
      Authorization: `Bearer ${adminToken}`,
    });
    expect(page.content.entries).toHaveLength(3);
    const rest = await call<CallContent<'getModeration'>>(
      'GET',
      `/chat/${link}/moderation?limit=3&before=${page.content.next}`,
      undefined,
      { Authorization: `Bearer ${adminToken}` },
    );
    expect([...page.content.entries, ...rest.content.entries]).toEqual(content.entries);
    expect(rest.content.next).toBeUndefined();
    expect((await log(link, as('bob'))).status).toBe(403);
    expect((await call('GET', `/chat/${link}/moderation`)).status).toBe(401);
    await moderate(link, { action: 'promote', target: await idOf(link, 'bob') });
    expect((await log(link, as('bob'))).status).toBe(200);
  });

  it('is broadcast live to moderators only', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await moderate(link, { action: 'promote', target: await idOf(link, 'alice') });
    await alice.presence(({ joined }) => joined?.some(({ role }) => role === 'moderator'));
    await post(link, as('bob'));
    bob.send({ type: 'report', messageId: 1, reason: 'look', ref: 'r' });
    expect(await bob.next('moderation')).toMatchObject({ ref: 'r', entry: { action: 'report' } });
    let frame = await alice.next('moderation');
    while (frame.entry.action !== 'report') frame = await alice.next('moderation');
    await moderate(link, { action: 'lock' });
    await bob.next('room');
    expect(bob.received.filter(({ type }) => type === 'moderation')).toHaveLength(1);
  });

  it('is deleted with the room', async () => {
    const { link } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await moderate(link, { action: 'ban', target });
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await call('POST', '/chat/new', { token: adminToken, content: { title: 'again', about: '', tag: [], link } });
    expect((await log(link)).content).toEqual({ entries: [], standings: [], locked: false, slowSeconds: 0 });
    expect((await post(link, as('alice'))).status).toBe(201);
  });
});

it('an action that cannot be logged has no effect', async () => {
  const { link, alice } = await openRoom('alice');
  const target = await idOf(link, 'alice');
  await withFault(link, 'BEFORE INSERT ON moderation_log', async () => {
    for (const what of [{ action: 'ban', target }, { action: 'mute', target }, { action: 'lock' }]) {
      expect((await moderate(link, what)).status).toBe(500);
    }
  });
  expect(await sendOn(alice)).toBe(201);
  expect((await log(link)).content).toMatchObject({ entries: [], standings: [], locked: false });
  expect(await allMessages(link)).toHaveLength(1);
});
