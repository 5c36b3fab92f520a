/** What everyone sees of who is here, and telling them what a change made of it. */
import type { Participant } from '../../../shared/participant.ts';
import type { Room } from '../room.ts';

/** What everyone sees of who is here, so that they can be told what a change made of it. */
export interface PresenceSnapshot {
  count: number;
  participant: Participant | undefined;
}

/** What everyone sees of `key` at this moment. */
export function presenceOf(room: Room, key: string): PresenceSnapshot {
  return { count: room.participants.count(), participant: room.participants.find(key) };
}

function isSamePresence(one: Participant, other: Participant | undefined): boolean {
  return one.name === other?.name && one.role === other.role && one.mutedUntil === other.mutedUntil;
}

/** Tells everyone what has changed since `before` about who is here, if anything has. */
export function publishPresenceChange(room: Room, key: string, before: PresenceSnapshot): void {
  const { count, participant } = presenceOf(room, key);
  if (before.participant && !participant) room.presenceBatcher.queueLeave(before.participant);
  else if (participant && !isSamePresence(participant, before.participant)) {
    room.presenceBatcher.queueJoin(participant, !before.participant);
  } else if (count !== before.count) room.presenceBatcher.schedule();
}
