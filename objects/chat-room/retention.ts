/**
 * Letting go of messages that are older than the room keeps them: always the oldest, so that what is left has no hole,
 * and a batch an alarm, so that a live room is never held up.
 */
import { limits } from '../../shared/limits.ts';
import type { Details } from './details.ts';
import type { Room } from './room.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * When the oldest messages are to go, in milliseconds; undefined where all are kept. That is some minutes after the first
 * of them is too old: those that become so meanwhile go with it, and the next are due as many minutes later.
 */
export function removalDue(room: Room, { keepDays }: Details): number | undefined {
  const first = keepDays === 0 ? undefined : room.log.firstPostedAt();
  return first === undefined ? undefined : first + keepDays * dayMs + limits.retentionGraceMs;
}

/** Removes the messages that are too old, if that is due, and tells everyone what is left. */
export function removeOld(room: Room, details: Details): void {
  const now = room.clock.now();
  const due = removalDue(room, details);
  if (due === undefined || due > now) return;
  const last = room.log.lastPostedBy(now - details.keepDays * dayMs, limits.retentionBatch);
  if (last === undefined) return;
  room.change(() => {
    room.reactions.removeThrough(last);
    room.log.removeThrough(last);
  });
  room.sessions.broadcast(room.frame(details));
}
