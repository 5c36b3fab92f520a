/**
 * Rooms that nobody touches any more: where the service says for how many days they stay (`ROOM_DAYS`), one in which
 * nobody is, and in which nothing was posted, changed or joined for so long, is removed as if its admin had done it.
 */
import { limits } from '../../shared/limits.ts';
import type { Details } from './details.ts';
import { remove } from './lifecycle.ts';
import type { Room } from './room.ts';

const dayMs = 24 * 60 * 60_000;

/** When a room was last touched other than by a post, whose time is known: the table `touched`. */
export class Touches {
  readonly #sql: SqlStorage;
  /** Milliseconds; undefined where rooms stay for ever, and then nothing is written. */
  readonly staysMs: number | undefined;

  /** @param days for how many untouched rooms stay; 0, or no number, is for ever */
  constructor(sql: SqlStorage, days: number) {
    this.#sql = sql;
    this.staysMs = days > 0 ? days * dayMs : undefined;
  }

  /** Notes that the room was touched, if the last note is not of this hour. */
  note(now: number): void {
    if (this.staysMs === undefined || now - this.last() < limits.touchEveryMs) return;
    this.#sql.exec('INSERT OR REPLACE INTO touched (id, at) VALUES (1, ?)', now);
  }

  /** The last note; 0 where there is none. Milliseconds. */
  last(): number {
    const [row] = this.#sql.exec<{ at: number }>('SELECT at FROM touched').toArray();
    return row?.at ?? 0;
  }

  erase(): void {
    this.#sql.exec('DELETE FROM touched');
  }
}

/** When a room that nobody touches until then is to go, in milliseconds; undefined where it stays. */
export function disuseDue(room: Room, { updatedAt }: Details): number | undefined {
  const { staysMs } = room.touches;
  if (staysMs === undefined) return undefined;
  const last = Math.max(updatedAt, room.log.lastPostedAt() ?? 0, room.touches.last());
  // What is noted may be older than what happened last by the time between two notes.
  return last + staysMs + limits.touchEveryMs;
}

/** Removes the room, if that is due. Whoever is in it, however silent, keeps it. */
export async function removeUnused(room: Room, details: Details): Promise<void> {
  const now = room.clock.now();
  const due = disuseDue(room, details);
  if (due === undefined || due > now) return;
  if (room.participants.count() > 0) return room.touches.note(now);
  await remove(room, details);
}
