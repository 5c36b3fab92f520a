/** What everyone sees of who is here, and telling them what a change made of it. */
import type { Participant } from '../../shared/participant.ts';
import type { Room } from './room.ts';

/** What everyone sees of who is here, so that they can be told what a change made of it. */
export interface Sight {
  count: number;
  person: Participant | undefined;
}

/** What everyone sees of `key` at this moment. */
export function look(room: Room, key: string): Sight {
  return { count: room.participants.count(), person: room.participants.person(key) };
}

function looksAlike(one: Participant, other: Participant | undefined): boolean {
  return one.name === other?.name && one.role === other.role && one.mutedUntil === other.mutedUntil;
}

/** Tells everyone what has changed since `before` about who is here, if anything has. */
export function tell(room: Room, key: string, before: Sight): void {
  const { count, person } = look(room, key);
  if (before.person && !person) room.presence.left(before.person);
  else if (person && !looksAlike(person, before.person)) {
    room.presence.joined(person, !before.person);
  } else if (count !== before.count) room.presence.changed();
}
