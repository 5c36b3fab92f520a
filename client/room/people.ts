/** Who is in the room with a client: who is here, who types, and how far each has read. */
import type { ServerPresenceFrame, ServerTypingFrame } from '../../shared/frames.ts';
import { clientLimits as limits } from '../../shared/limits.ts';
import type { ReadMarker } from '../../shared/message.ts';
import type { Participant, RoleName } from '../../shared/participant.ts';

/** Somebody who types. */
export interface TypingParticipant {
  participant: Participant;
  /** When it is over if nothing more is heard of it, in milliseconds by this device's clock. */
  until: number;
}

/** What of a room's state is about people. */
export interface RoomPeople {
  /** Who the room takes this client for; null for a viewer. */
  self: Participant | null;
  role: RoleName;
  /** At most a hundred of those with an identity; `participantCount` counts everyone. */
  participants: Participant[];
  participantCount: number;
  /** Who types, but oneself. */
  typing: readonly TypingParticipant[];
  /** The last message that each has read; empty in a crowd. */
  marks: Readonly<Record<string, number>>;
}

/** After somebody came, left, or is shown otherwise. */
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

/** After somebody began to type, goes on with it, or ended. */
export function applyTyping<T extends RoomPeople>(people: T, { participant, on }: ServerTypingFrame, at: number): T {
  const others = people.typing.filter((typist) => typist.participant.id !== participant.id);
  if (!on || participant.id === people.self?.id) {
    return others.length === people.typing.length ? people : { ...people, typing: others };
  }
  return { ...people, typing: [...others, { participant, until: at + limits.typingMs }] };
}

/** Without those of whom nothing was heard for so long that they no longer type. */
export function expireTyping<T extends RoomPeople>(people: T, at: number): T {
  const typing = people.typing.filter(({ until }) => until > at);
  return typing.length === people.typing.length ? people : { ...people, typing };
}

/** Everyone's marks by person. */
export function readMarkersById(marks: readonly ReadMarker[]): RoomPeople['marks'] {
  return Object.fromEntries(marks.map(({ id, messageId }) => [id, messageId]));
}

/** What the room can make of somebody, or take back; more comes with a token only. */
const assignableRoles: readonly RoleName[] = ['member', 'moderator'];

/** Who this client is, where it was given another standing meanwhile. Another of its connections may show more. */
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
