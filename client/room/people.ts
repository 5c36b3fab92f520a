/** The people in a room as a client knows them: who is connected, who is typing, and how far each has read. */

import { clientLimits as limits } from '../../shared/client-limits.ts';
import type { ReadMarker } from '../../shared/message.ts';
import type { Participant, RoleName } from '../../shared/participant.ts';
import type { ServerPresenceFrame, ServerTypingFrame } from '../../shared/server-frames.ts';

export interface TypingParticipant {
  participant: Participant;
  /** When the indicator expires without another `typing` frame, in milliseconds by this device's clock. */
  until: number;
}

/** The part of a room's state that is about people. */
export interface RoomPeople {
  /** The participant of this client; null for a viewer. */
  self: Participant | null;
  role: RoleName;
  /** At most a hundred of the identified participants. `participantCount` counts everyone. */
  participants: Participant[];
  participantCount: number;
  /** The other participants who are typing. */
  typing: readonly TypingParticipant[];
  /** The id of the last message that each participant has read, by participant id; empty in a large room. */
  marks: Readonly<Record<string, number>>;
}

/** Participants joined, left, or have another name, role or mute. */
export function applyPresence<T extends RoomPeople>(people: T, frame: ServerPresenceFrame): T {
  const { participantCount, joined = [], left = [] } = frame;
  const leftIds = new Set(left.map(({ id }) => id));
  return {
    ...people,
    ...updateSelf(people, joined),
    participantCount,
    participants: updateParticipants(people.participants, joined, leftIds),
    typing: people.typing.filter(({ participant }) => !leftIds.has(participant.id)),
  };
}

/** A participant started, continued or stopped typing. @param at now, in milliseconds */
export function applyTyping<T extends RoomPeople>(people: T, { participant, on }: ServerTypingFrame, at: number): T {
  const others = people.typing.filter((other) => other.participant.id !== participant.id);
  if (!on || participant.id === people.self?.id) {
    return others.length === people.typing.length ? people : { ...people, typing: others };
  }
  return { ...people, typing: [...others, { participant, until: at + limits.readState.typingMs }] };
}

/** Removes the typing indicators that have expired at `at` (milliseconds). */
export function expireTyping<T extends RoomPeople>(people: T, at: number): T {
  const typing = people.typing.filter(({ until }) => until > at);
  return typing.length === people.typing.length ? people : { ...people, typing };
}

/** @returns message ids by participant id */
export function readMarkersById(marks: readonly ReadMarker[]): RoomPeople['marks'] {
  return Object.fromEntries(marks.map(({ id, messageId }) => [id, messageId]));
}

/** The roles that a moderation action grants or revokes. All others are granted by a token. */
const assignableRoles: readonly RoleName[] = ['member', 'moderator'];

/**
 * Applies a changed role or mute of this client's participant. A role that a token grants stays: the frame may be about
 * another connection of the same participant, without that token.
 */
function updateSelf({ self, role }: RoomPeople, joined: readonly Participant[]): Pick<RoomPeople, 'self' | 'role'> {
  const announced = joined.find(({ id }) => id === self?.id);
  if (!self || !announced || !assignableRoles.includes(role)) return { self, role };
  const { mutedUntil: _, ...rest } = self;
  const newRole = assignableRoles.includes(announced.role) ? announced.role : role;
  const { mutedUntil } = announced;
  return { self: { ...rest, role: newRole, ...(mutedUntil !== undefined && { mutedUntil }) }, role: newRole };
}

function updateParticipants(
  participants: Participant[],
  joined: Participant[],
  leftIds: ReadonlySet<string>,
): Participant[] {
  if (joined.length + leftIds.size === 0) return participants;
  const byId = new Map(participants.map((person) => [person.id, person]));
  for (const person of joined) byId.set(person.id, person);
  for (const id of leftIds) byId.delete(id);
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
