/**
 * The time of a room's last activity (table `touched`), except posts, whose times are in the log. Written only if
 * inactive rooms expire.
 */
import { limits } from '../../../shared/limits.ts';

/** Milliseconds of the days in which the retention of messages and of inactive rooms is configured. */
export const dayMs = 24 * 60 * 60_000;

export class Activity {
  readonly #sql: SqlStorage;
  /** After how long an inactive room is deleted, in milliseconds; undefined if never. */
  readonly expireAfterMs: number | undefined;

  /** @param days after how many days an inactive room is deleted; 0 or NaN if never */
  constructor(sql: SqlStorage, days: number) {
    this.#sql = sql;
    this.expireAfterMs = days > 0 ? days * dayMs : undefined;
  }

  /** Records activity, unless the last record is younger than `limits.jobs.activityWriteMs`. Call in a transaction. */
  record(now: number): void {
    if (this.expireAfterMs === undefined || now - this.lastAt() < limits.jobs.activityWriteMs) return;
    this.#sql.exec('INSERT OR REPLACE INTO touched (id, at) VALUES (1, ?)', now);
  }

  /** When activity was last recorded, in milliseconds; 0 if never. */
  lastAt(): number {
    const [row] = this.#sql.exec<{ at: number }>('SELECT at FROM touched').toArray();
    return row?.at ?? 0;
  }

  clear(): void {
    this.#sql.exec('DELETE FROM touched');
  }
}
