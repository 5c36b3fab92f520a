/**
 * Message retention (`keepDays`): removes the oldest messages first, so that the log has no gaps, and one batch per
 * alarm, so that a busy room is never blocked.
 */
import { limits } from '../../../shared/limits.ts';
import type { Room } from '../room.ts';
import { dayMs } from '../state/activity.ts';
import type { Details } from '../state/details.ts';

/**
 * When the oldest messages are due for removal, in milliseconds; undefined if the room keeps all. That is some minutes
 * after the first message expires, so that the same alarm removes the messages that expire meanwhile.
 */
export function retentionDue(room: Room, { keepDays }: Details): number | undefined {
  const first = keepDays === 0 ? undefined : room.messageLog.firstPostedAt();
  return first === undefined ? undefined : first + keepDays * dayMs + limits.jobs.retentionGraceMs;
}

/** Removes one batch of expired messages, if that is due, and broadcasts the new floor. */
export function applyRetention(room: Room, details: Details): void {
  const now = room.clock.now();
  const due = retentionDue(room, details);
  if (due === undefined || due > now) return;
  const last = room.messageLog.lastIdPostedUntil(now - details.keepDays * dayMs, limits.jobs.retentionBatch);
  if (last === undefined) return;
  room.transaction(() => {
    room.reactions.removeThrough(last);
    room.messageLog.removeThrough(last);
  });
  room.connections.broadcast(room.roomFrame(details));
}
