/**
 * Inactivity expiry (`ROOM_DAYS`): a room without participants or visitors, and without posts, changes and joins for
 * that many days, is deleted as if by its admin.
 */
import { limits } from '../../../shared/limits.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { deleteRoom } from './lifecycle.ts';

/** When the room expires unless something happens in it, in milliseconds; undefined if rooms do not expire. */
export function inactivityDue(room: Room, { updatedAt }: Details): number | undefined {
  const { expireAfterMs } = room.activity;
  if (expireAfterMs === undefined) return undefined;
  const lastActivityAt = Math.max(updatedAt, room.messageLog.lastPostedAt() ?? 0, room.activity.lastAt());
  // The recorded activity may be older than the real one by the interval between two writes.
  return lastActivityAt + expireAfterMs + limits.jobs.activityWriteMs;
}

/** Deletes the room if it has expired. Presence, even silent, counts as activity. */
export async function deleteIfInactive(room: Room, details: Details): Promise<void> {
  const now = room.clock.now();
  const due = inactivityDue(room, details);
  if (due === undefined || due > now) return;
  if (room.participants.count() > 0) return room.activity.record(now);
  await deleteRoom(room, details);
}
