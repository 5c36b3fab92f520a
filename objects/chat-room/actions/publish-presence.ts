/** Publishes the effect of a change on the presence set. */
import type { Participant } from '../../../shared/participant.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';

/** The participant under a presence key as clients see them, and the participant count. */
export interface PresenceSnapshot {
  count: number;
  participant: Participant | undefined;
}

export function presenceOf(room: Room, key: string): PresenceSnapshot {
  return { count: room.participants.count(), participant: room.participants.find(key) };
}

function isSamePresence(one: Participant, other: Participant | undefined): boolean {
  return one.name === other?.name && one.role === other.role && one.mutedUntil === other.mutedUntil;
}

/** Queues the `presence` frame for the difference between `before` and now, if there is one. In memory and infallible. */
export function publishPresenceChange(room: Room, key: string, before: PresenceSnapshot): void {
  const { count, participant } = presenceOf(room, key);
  if (before.participant && !participant) room.presenceBatcher.queueLeave(before.participant);
  else if (participant && !isSamePresence(participant, before.participant)) {
    room.presenceBatcher.queueJoin(participant, !before.participant);
  } else if (count !== before.count) room.presenceBatcher.schedule();
}

/**
 * Publishes the change that one connection made, then marks the replicas if the count changed. In this order, because
 * the connection has changed in memory already, whatever becomes of the transaction.
 */
export function publishConnectionChange(room: Room, { link }: Details, key: string, before: PresenceSnapshot): void {
  publishPresenceChange(room, key, before);
  if (room.participants.count() !== before.count) room.transaction(() => room.outbox.markDirty(link, 'soon'));
}
