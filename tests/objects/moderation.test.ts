/** Keeping order: every act over both transports, how it is felt, and how people try to get round it. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallContent } from '../../shared/call-types.ts';
import type { Message } from '../../shared/message.ts';
import type { ModerationEntry } from '../../shared/moderation.ts';
import type { Participant } from '../../shared/participant.ts';
import { freshAddress, from } from '../support/pool/addresses.ts';
import { adminToken, allMessages, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { breaking } from '../support/pool/faults.ts';
import { sign } from '../support/pool/signing.ts';
import { connect, enter, openRoom, type TestSocket } from '../support/pool/sockets.ts';

afterEach(() => vi.useRealTimers());

type Told = { status: number; entry?: ModerationEntry; error?: string };

interface Actor {
  token?: string;
  adminToken?: string;
}

const boss: Actor = { token: 'boss-token', adminToken };
const as = (who: string): Actor => ({ token: `${who}-token` });

/** The two ways in which a moderator acts. */
const transports: Record<string, (link: string, actor: Actor, act: Record<string, unknown>) => Promise<Told>> = {
  WebSocket: async (link, actor, act) => {
    const socket = await connect(link);
    await socket.enter({ ...actor });
    socket.say({ type: 'moderate', ref: 'm', ...act });
    let answer = await socket.nextOf(['moderation', 'error']);
    while (answer.ref !== 'm') answer = await socket.nextOf(['moderation', 'error']);
    socket.close();
    return answer.type === 'error'
      ? { status: answer.statusCode, error: answer.error }
      : { status: 201, entry: answer.entry };
  },
  REST: async (link, actor, act) => {
    const { status, content, envelope } = await call<ModerationEntry>('POST', `/chat/${link}/moderation`, {
      ...actor,
      ...act,
    });
    return status === 201 ? { status, entry: content } : { status, error: envelope.error ?? '' };
  },
};

const moderate = (link: string, act: Record<string, unknown>, actor = boss): Promise<Told> => {
  const overRest = transports.REST;
  if (!overRest) throw new Error('no transport');
  return overRest(link, actor, act);
};

const log = (link: string, actor = boss) =>
  call<CallContent<'getModeration'>>('GET', `/chat/${link}/moderation`, undefined, {
    Authorization: `Bearer ${actor.adminToken ?? actor.token}`,
  });

let posts = 0;
const post = (link: string, actor: Actor, headers: Record<string, string> = {}) =>
  call<Message>('POST', `/chat/${link}/messages`, { ...actor, clientId: `c${++posts}`, text: 'x' }, headers);

/** Who somebody is in a room. */
async function personOf(link: string, who: string): Promise<Participant> {
  const socket = await connect(link);
  const { participant } = await socket.enter({ token: `${who}-token`, name: who });
  socket.close();
  if (!participant) throw new Error('nobody');
  return participant;
}

const idOf = async (link: string, who: string) => (await personOf(link, who)).id;

const saysOn = async (socket: TestSocket) => {
  socket.say({ type: 'send', clientId: `s${++posts}`, text: 'x', ref: 's' });
  const answer = await socket.nextOf(['ack', 'error']);
  return answer.type === 'ack' ? 201 : answer.statusCode;
};

describe.each(Object.entries(transports))('over %s', (_, act) => {
  it('a mute keeps somebody from posting, editing and reacting, everywhere, until it ends', async () => {
    const { link, alice } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await post(link, as('alice'));
    const start = Date.now();
    setClock(start);
    const told = await act(link, boss, { action: 'mute', target, seconds: 60, reason: 'too loud' });
    expect(told.entry).toMatchObject({
      action: 'mute',
      target: { id: target, name: 'alice' },
      seconds: 60,
      reason: 'too loud',
    });
    for (let evicted = 0; evicted < 2; evicted++) {
      const refused = await post(link, as('alice'));
      expect([refused.status, refused.envelope.error]).toEqual([403, 'Muted: too loud']);
      expect(refused.headers.get('Retry-After')).toBe('60');
      expect(await saysOn(alice)).toBe(403);
      const tab = await enter(link, 'alice');
      expect(await saysOn(tab)).toBe(403);
      const edit = await call('PUT', `/chat/${link}/messages/1`, { ...as('alice'), text: 'y' });
      const react = await call('PUT', `/chat/${link}/messages/1/reactions/${encodeURIComponent('👍')}`, as('alice'));
      expect([edit.status, react.status]).toEqual([403, 403]);
      await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    }
    expect((await call('DELETE', `/chat/${link}/messages/1`, as('alice'))).status).toBe(200);
    setClock(start + 60_000);
    expect((await post(link, as('alice'))).status).toBe(201);
    expect(await saysOn(alice)).toBe(201);
  });

  it('a mute is seen by everyone, and can be taken back', async () => {
    const { link, bob } = await openRoom('alice', 'bob');
    const target = await idOf(link, 'alice');
    await act(link, boss, { action: 'mute', target });
    const muted = await bob.presence(({ joined }) => joined?.some(({ mutedUntil }) => mutedUntil));
    const shown = muted.joined?.find(({ id }) => id === target);
    expect(shown).toMatchObject({ mutedUntil: Number.MAX_SAFE_INTEGER });
    await act(link, boss, { action: 'unmute', target });
    await bob.presence(({ joined }) => joined?.some(({ id, mutedUntil }) => id === target && mutedUntil === undefined));
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it('a kick closes every socket of somebody with the reason, and lets them come back', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const tab = await enter(link, 'alice');
    await call('POST', `/chat/${link}/participants`, { action: 'join', ...as('alice') });
    await act(link, boss, { action: 'kick', target: await idOf(link, 'alice'), reason: 'cool down' });
    for (const socket of [alice, tab]) expect(await socket.closed).toEqual({ code: 4403, reason: 'Kicked: cool down' });
    await bob.presence(({ left }) => left?.some(({ name }) => name === 'alice'));
    await enter(link, 'alice');
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it.each([false, true])('a ban keeps somebody out, however they come (after an eviction: %s)', async (evicted) => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const target = await idOf(link, 'alice');
    const start = Date.now();
    setClock(start);
    await act(link, boss, { action: 'ban', target, seconds: 3_600, reason: 'spam' });
    expect(await alice.closed).toEqual({ code: 4403, reason: 'Banned: spam' });
    if (evicted) await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    const back = await connect(link);
    back.say({ type: 'auth', token: 'alice-token' });
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
  });

  it('a ban is taken back', async () => {
    const { link } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await act(link, boss, { action: 'ban', target });
    expect((await post(link, as('alice'))).status).toBe(403);
    await act(link, boss, { action: 'unban', target });
    expect((await post(link, as('alice'))).status).toBe(201);
    await enter(link, 'alice');
  });

  it('moderators are made and unmade by the admin, on open sockets too', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const target = await idOf(link, 'alice');
    await post(link, as('bob'));
    await act(link, boss, { action: 'promote', target });
    const shown = await bob.presence(({ joined }) => joined?.some(({ role }) => role === 'moderator'));
    expect(shown.joined).toContainEqual({ id: target, name: 'alice', role: 'moderator' });
    alice.say({ type: 'delete', messageId: 1 });
    expect(await alice.next('ack')).toMatchObject({ rev: 2 });
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    expect((await (await connect(link)).enter({ ...as('alice') })).role).toBe('moderator');
    expect((await moderate(link, { action: 'slow', seconds: 5 }, as('alice'))).status).toBe(201);
    await act(link, boss, { action: 'demote', target });
    alice.say({ type: 'moderate', action: 'lock', ref: 'l' });
    expect(await alice.next('error')).toMatchObject({ ref: 'l', statusCode: 403 });
    expect((await moderate(link, { action: 'lock' }, as('alice'))).error).toBe(
      'Forbidden: Only moderators may do this',
    );
  });

  it('slow mode gives members one message at a time, over all transports, and repeats are acknowledged', async () => {
    const { link, alice } = await openRoom('alice');
    const start = Date.now();
    setClock(start);
    await act(link, boss, { action: 'slow', seconds: 30 });
    expect(await alice.next('room')).toMatchObject({ slowSeconds: 30, locked: false });
    const body = { ...as('alice'), clientId: 'same', text: 'x' };
    expect((await call('POST', `/chat/${link}/messages`, body)).status).toBe(201);
    setClock(start + 10_000);
    await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    const refused = await post(link, as('alice'));
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '20']);
    expect(await saysOn(alice)).toBe(429);
    expect((await call('POST', `/chat/${link}/messages`, body)).status).toBe(200);
    for (let turn = 1; turn <= 3; turn++) expect((await post(link, boss)).status).toBe(201);
    setClock(start + 30_000);
    expect((await post(link, as('alice'))).status).toBe(201);
    await act(link, boss, { action: 'slow', seconds: 0 });
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it('a locked room is read by all and written in by moderators', async () => {
    const { link, alice } = await openRoom('alice');
    await act(link, boss, { action: 'lock' });
    expect(await alice.next('room')).toMatchObject({ locked: true });
    const refused = await post(link, as('alice'));
    expect([refused.status, refused.envelope.error]).toEqual([403, 'Locked: Only moderators can post right now']);
    expect(await saysOn(alice)).toBe(403);
    expect((await post(link, boss)).status).toBe(201);
    expect((await alice.next('message')).text).toBe('x');
    expect((await (await connect(link)).enter()).locked).toBe(true);
    await act(link, boss, { action: 'unlock' });
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it.each([
    ['a member', as('bob'), 403, 'Forbidden: Only moderators may do this'],
    ['a viewer', {}, 401, 'Unauthorized: A token is required'],
  ])('%s does nothing of it', async (__, actor, status, error) => {
    const { link } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    for (const action of ['mute', 'kick', 'ban', 'promote']) {
      expect(await act(link, actor, { action, target })).toEqual({ status, error });
    }
    expect(await act(link, actor, { action: 'lock' })).toEqual({ status, error });
    expect((await post(link, as('alice'))).status).toBe(201);
  });

  it('nobody acts on those who stand as high, and moderators make no moderators', async () => {
    const { link } = await openRoom('alice', 'bob');
    const [alice, bob, admin] = [await idOf(link, 'alice'), await idOf(link, 'bob'), await idOf(link, 'boss')];
    for (const target of [alice, bob]) await moderate(link, { action: 'promote', target });
    const stays = await connect(link);
    await stays.enter({ ...boss });
    for (const target of [bob, admin, alice]) {
      expect(await act(link, as('alice'), { action: 'ban', target })).toMatchObject({ status: 403 });
    }
    const carol = await idOf(link, 'carol');
    await post(link, as('carol'));
    expect(await act(link, as('alice'), { action: 'promote', target: carol })).toMatchObject({ status: 403 });
    expect(await act(link, as('alice'), { action: 'ban', target: carol, addresses: true })).toMatchObject({
      status: 403,
    });
    expect(await act(link, as('alice'), { action: 'ban', target: carol })).toMatchObject({ status: 201 });
    expect(await act(link, boss, { action: 'ban', target: bob })).toMatchObject({ status: 201 });
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
    ['a target that is no id', { action: 'ban', target: 'alice' }, 400],
    ['a person nobody knows', { action: 'ban', target: 't:0000' }, 404],
    ['slow mode without seconds', { action: 'slow' }, 400],
    ['a mute of no time', { action: 'mute', target: 't:0000', seconds: 0 }, 400],
    ['a reason that is too long', { action: 'lock', reason: 'x'.repeat(201) }, 400],
  ])('%s is refused', async (__, what, status) => {
    const told = await act(await makeRoom(), boss, what);
    expect(told.status).toBe(status);
  });
});

describe('a ban that extends to addresses', () => {
  /** Alice and Bob share an address; Alice is banned with it. */
  async function banned(seconds?: number) {
    const link = await makeRoom();
    const [office, elsewhere] = [freshAddress(), freshAddress()];
    await post(link, as('bob'), from(office));
    const alice = await connect(link, from(office));
    const { participant } = await alice.enter({ token: 'alice-token', name: 'alice' });
    await moderate(link, { action: 'ban', target: participant?.id, addresses: true, ...(seconds && { seconds }) });
    await alice.closed;
    return { link, office, elsewhere, target: participant?.id };
  }

  it('takes no new token from there, over any transport, also after an eviction', async () => {
    const { link, office } = await banned();
    for (let evicted = 0; evicted < 2; evicted++) {
      expect((await post(link, as('sock-puppet'), from(office))).status).toBe(403);
      const join = { action: 'join', ...as('sock-puppet') };
      expect((await call('POST', `/chat/${link}/participants`, join, from(office))).status).toBe(403);
      const socket = await connect(link, from(office));
      socket.say({ type: 'auth', token: 'sock-puppet-token' });
      expect((await socket.closed).code).toBe(4403);
      await evictDurableObject(await roomObject(link));
    }
  });

  it('spares those who were known there, signed identities, moderators, readers, and other addresses', async () => {
    const { link, office, elsewhere } = await banned();
    expect((await post(link, as('bob'), from(office))).status).toBe(201);
    expect((await post(link, { token: await sign() }, from(office))).status).toBe(201);
    expect((await post(link, boss, from(office))).status).toBe(201);
    expect((await post(link, as('newcomer'), from(elsewhere))).status).toBe(201);
    await (await connect(link, from(office))).enter();
  });

  it('ends after a day, with the ban where that is shorter, and with an unban', async () => {
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
  it('has every act, deletion by a moderator and report, newest first and in pages, for moderators only', async () => {
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

  it('is told live to moderators, and to nobody else', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await moderate(link, { action: 'promote', target: await idOf(link, 'alice') });
    await alice.presence(({ joined }) => joined?.some(({ role }) => role === 'moderator'));
    await post(link, as('bob'));
    bob.say({ type: 'report', messageId: 1, reason: 'look', ref: 'r' });
    expect(await bob.next('moderation')).toMatchObject({ ref: 'r', entry: { action: 'report' } });
    let told = await alice.next('moderation');
    while (told.entry.action !== 'report') told = await alice.next('moderation');
    await moderate(link, { action: 'lock' });
    await bob.next('room');
    expect(bob.heard.filter(({ type }) => type === 'moderation')).toHaveLength(1);
  });

  it('goes with the room', async () => {
    const { link } = await openRoom('alice');
    const target = await idOf(link, 'alice');
    await moderate(link, { action: 'ban', target });
    await call('DELETE', '/chat/delete', { token: adminToken, link });
    await call('POST', '/chat/new', { token: adminToken, content: { title: 'again', about: '', tag: [], link } });
    expect((await log(link)).content).toEqual({ entries: [], standings: [], locked: false, slowSeconds: 0 });
    expect((await post(link, as('alice'))).status).toBe(201);
  });
});

it('an act that cannot be logged is as if it had not been asked for', async () => {
  const { link, alice } = await openRoom('alice');
  const target = await idOf(link, 'alice');
  await breaking(link, 'BEFORE INSERT ON moderation_log', async () => {
    for (const what of [{ action: 'ban', target }, { action: 'mute', target }, { action: 'lock' }]) {
      expect((await moderate(link, what)).status).toBe(500);
    }
  });
  expect(await saysOn(alice)).toBe(201);
  expect((await log(link)).content).toMatchObject({ entries: [], standings: [], locked: false });
  expect(await allMessages(link)).toHaveLength(1);
});
