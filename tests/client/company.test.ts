/** Who is in the room with a client. */
import { describe, expect, it } from 'vitest';
import {
  applyPresence,
  applyTyping,
  expireTyping,
  type RoomPeople,
  readMarkersById,
} from '../../client/room/people.ts';
import { limits } from '../../shared/limits.ts';
import { alice, bob } from './frames.ts';

const carol = { id: 't:carol', name: 'carol', role: 'member' } as const;

const company: RoomPeople = {
  self: alice,
  role: 'member',
  participants: [alice],
  participantCount: 1,
  typing: [],
  marks: {},
};

const came = (...joined: RoomPeople['participants']) => ({ type: 'presence' as const, participantCount: 2, joined });

describe('one’s own standing', () => {
  it('follows what the room makes of one, and takes back', () => {
    const made = applyPresence(company, came({ ...alice, role: 'moderator' }));
    expect(made).toMatchObject({ role: 'moderator', self: { role: 'moderator' } });
    expect(applyPresence(made, came(alice))).toMatchObject({ role: 'member', self: { role: 'member' } });
  });

  it('by a token of one’s own is not taken back by another window without it', () => {
    const admin = { ...company, role: 'admin', self: { ...alice, role: 'admin' } } as const;
    expect(applyPresence(admin, came(alice))).toMatchObject({ role: 'admin', self: { role: 'admin' } });
  });

  it('says until when one is muted, and no longer once that is over', () => {
    const muted = applyPresence(company, came({ ...alice, mutedUntil: 9 }));
    expect(muted.self).toEqual({ ...alice, mutedUntil: 9 });
    expect(applyPresence(muted, came(alice)).self).toEqual(alice);
  });

  it('of a viewer changes with nobody', () => {
    const viewer = { ...company, self: null, role: 'viewer' } as const;
    expect(applyPresence(viewer, came({ ...alice, role: 'moderator' }))).toMatchObject({ self: null, role: 'viewer' });
  });
});

describe('people', () => {
  it('stand by id, each once, and those who left are gone and type no more', () => {
    const full = applyPresence(company, came(carol, bob, { ...bob, name: 'ボブ' }));
    expect(full.participants.map(({ name }) => name)).toEqual(['alice', 'carol', 'ボブ']);
    const typing = applyTyping(full, { type: 'typing', participant: bob, on: true }, 0);
    const left = applyPresence(typing, { type: 'presence', participantCount: 2, left: [bob] });
    expect(left.participants).toEqual([alice, carol]);
    expect(left.typing).toEqual([]);
  });

  it('are the same list where only the count changed', () => {
    const changed = applyPresence(company, { type: 'presence', participantCount: 9 });
    expect(changed.participants).toBe(company.participants);
    expect(changed.participantCount).toBe(9);
  });
});

describe('who types', () => {
  const types =
    (at: number, on = true) =>
    (before: RoomPeople) =>
      applyTyping(before, { type: 'typing', participant: bob, on }, at);

  it('is there once, until so long after the last word of it', () => {
    const typing = types(1_000)(types(0)(company));
    expect(typing.typing).toEqual([{ participant: bob, until: 1_000 + limits.typingMs }]);
    expect(expireTyping(typing, limits.typingMs)).toBe(typing);
    expect(expireTyping(typing, 1_000 + limits.typingMs).typing).toEqual([]);
  });

  it('changes nothing by stopping what nobody saw', () => {
    expect(types(0, false)(company)).toBe(company);
  });
});

it('marks are by person', () => {
  expect(
    readMarkersById([
      { id: 'a', messageId: 1 },
      { id: 'b', messageId: 2 },
    ]),
  ).toEqual({ a: 1, b: 2 });
});
