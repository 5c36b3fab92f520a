/**
 * Letting go of messages that are older than the room keeps them: always the oldest, so that what is left has no hole,
 * and a batch an alarm, so that a live room is never held up.
 */
import { limits } from '../../../shared/limits.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * When the oldest messages are to go, in milliseconds; undefined where all are kept. That is some minutes after the first
 * of them is too old: those that become so meanwhile go with it, and the next are due as many minutes later.
 */
export function retentionDue(room: Room, { keepDays }: Details): number | undefined {
  const first = keepDays === 0 ? undefined : room.messageLog.firstPostedAt();
  return first === undefined ? undefined : first + keepDays * dayMs + limits.retentionGraceMs;
}

/** Removes the messages that are too old, if that is due, and tells everyone what is left. */
export function applyRetention(room: Room, details: Details): void {
  const now = room.clock.now();
  const due = retentionDue(room, details);
  if (due === undefined || due > now) return;
  const lastId = room.messageLog.lastIdPostedUntil(now - details.keepDays * dayMs, limits.retentionBatch);
  if (lastId === undefined) return;
  room.transaction(() => {
    room.reactions.removeThrough(lastId);
    room.messageLog.removeThrough(lastId);
  });
  room.connections.broadcast(room.roomFrame(details));
}
