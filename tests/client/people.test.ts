/** The people in a room as a client knows them. */
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

const people: RoomPeople = {
  self: alice,
  role: 'member',
  participants: [alice],
  participantCount: 1,
  typing: [],
  marks: {},
};

const joining = (...joined: RoomPeople['participants']) => ({ type: 'presence' as const, participantCount: 2, joined });

describe('the role of this client', () => {
  it('follows a grant and a revocation by the room', () => {
    const promoted = applyPresence(people, joining({ ...alice, role: 'moderator' }));
    expect(promoted).toMatchObject({ role: 'moderator', self: { role: 'moderator' } });
    expect(applyPresence(promoted, joining(alice))).toMatchObject({ role: 'member', self: { role: 'member' } });
  });

  it('is kept if it came with a token that another window does not have', () => {
    const admin = { ...people, role: 'admin', self: { ...alice, role: 'admin' } } as const;
    expect(applyPresence(admin, joining(alice))).toMatchObject({ role: 'admin', self: { role: 'admin' } });
  });

  it('comes with the end of a mute, until the mute is lifted', () => {
    const muted = applyPresence(people, joining({ ...alice, mutedUntil: 9 }));
    expect(muted.self).toEqual({ ...alice, mutedUntil: 9 });
    expect(applyPresence(muted, joining(alice)).self).toEqual(alice);
  });

  it('does not change for a viewer', () => {
    const viewer = { ...people, self: null, role: 'viewer' } as const;
    expect(applyPresence(viewer, joining({ ...alice, role: 'moderator' }))).toMatchObject({
      self: null,
      role: 'viewer',
    });
  });
});

describe('participants', () => {
  it('are ordered by id without duplicates, and are removed with their typing indicator when they leave', () => {
    const full = applyPresence(people, joining(carol, bob, { ...bob, name: 'ボブ' }));
    expect(full.participants.map(({ name }) => name)).toEqual(['alice', 'carol', 'ボブ']);
    const typing = applyTyping(full, { type: 'typing', participant: bob, on: true }, 0);
    const left = applyPresence(typing, { type: 'presence', participantCount: 2, left: [bob] });
    expect(left.participants).toEqual([alice, carol]);
    expect(left.typing).toEqual([]);
  });

  it('are the same array if only the count changed', () => {
    const changed = applyPresence(people, { type: 'presence', participantCount: 9 });
    expect(changed.participants).toBe(people.participants);
    expect(changed.participantCount).toBe(9);
  });
});

describe('a typing indicator', () => {
  const types =
    (at: number, on = true) =>
    (before: RoomPeople) =>
      applyTyping(before, { type: 'typing', participant: bob, on }, at);

  it('is shown once, and expires some time after the last typing frame', () => {
    const typing = types(1_000)(types(0)(people));
    expect(typing.typing).toEqual([{ participant: bob, until: 1_000 + limits.readState.typingMs }]);
    expect(expireTyping(typing, limits.readState.typingMs)).toBe(typing);
    expect(expireTyping(typing, 1_000 + limits.readState.typingMs).typing).toEqual([]);
  });

  it('that was never shown can be removed without a change', () => {
    expect(types(0, false)(people)).toBe(people);
  });
});

it('read markers are indexed by participant id', () => {
  expect(
    readMarkersById([
      { id: 'a', messageId: 1 },
      { id: 'b', messageId: 2 },
    ]),
  ).toEqual({ a: 1, b: 2 });
});
