/**
 * Rooms that nobody touches any more: where the service says for how many days they stay (`ROOM_DAYS`), one in which
 * nobody is, and in which nothing was posted, changed or joined for so long, is removed as if its admin had done it.
 */
import { limits } from '../../../shared/limits.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { deleteRoom } from './lifecycle.ts';

/** When a room that nobody touches until then is to go, in milliseconds; undefined where it stays. */
export function inactivityDue(room: Room, { updatedAt }: Details): number | undefined {
  const { expireAfterMs } = room.activity;
  if (expireAfterMs === undefined) return undefined;
  const lastActivityAt = Math.max(updatedAt, room.messageLog.lastPostedAt() ?? 0, room.activity.lastAt());
  // What is noted may be older than what happened last by the time between two notes.
  return lastActivityAt + expireAfterMs + limits.activityWriteMs;
}

/** Removes the room, if that is due. Whoever is in it, however silent, keeps it. */
export async function deleteIfInactive(room: Room, details: Details): Promise<void> {
  const now = room.clock.now();
  const due = inactivityDue(room, details);
  if (due === undefined || due > now) return;
  if (room.participants.count() > 0) return room.activity.record(now);
  await deleteRoom(room, details);
}
