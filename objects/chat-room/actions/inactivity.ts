/**
 * Rooms that nobody touches any more: where the service says for how many days they stay (`ROOM_DAYS`), one in which
 * nobody is, and in which nothing was posted, changed or joined for so long, is removed as if its admin had done it.
 */
import { limits } from '../../../shared/limits.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { deleteRoom } from './lifecycle.ts';

const dayMs = 24 * 60 * 60_000;

/** When a room was last touched other than by a post, whose time is known: the table `touched`. */
export class Activity {
  readonly #sql: SqlStorage;
  /** Milliseconds; undefined where rooms stay for ever, and then nothing is written. */
  readonly expireAfterMs: number | undefined;

  /** @param days for how many untouched rooms stay; 0, or no number, is for ever */
  constructor(sql: SqlStorage, days: number) {
    this.#sql = sql;
    this.expireAfterMs = days > 0 ? days * dayMs : undefined;
  }

  /** Notes that the room was touched, if the last note is not of this hour. */
  record(now: number): void {
    if (this.expireAfterMs === undefined || now - this.lastAt() < limits.activityWriteMs) return;
    this.#sql.exec('INSERT OR REPLACE INTO touched (id, at) VALUES (1, ?)', now);
  }

  /** The last note; 0 where there is none. Milliseconds. */
  lastAt(): number {
    const [row] = this.#sql.exec<{ at: number }>('SELECT at FROM touched').toArray();
    return row?.at ?? 0;
  }

  clear(): void {
    this.#sql.exec('DELETE FROM touched');
  }
}

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
