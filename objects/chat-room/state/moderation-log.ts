/** Moderation actions and reports, and who made them: the table `moderation_log`. */
import type { LoggedAction, ModerationEntry } from '../../../shared/moderation.ts';
import { cutPage } from '../../../shared/pagination.ts';

export type NewModerationEntry = Omit<ModerationEntry, 'id'>;

type Row = {
  id: number;
  at: number;
  action: string;
  moderator_id: string;
  moderator_name: string;
  target_id: string | null;
  target_name: string | null;
  message_id: number | null;
  seconds: number | null;
  reason: string | null;
};

function toEntry(row: Row): ModerationEntry {
  return {
    id: row.id,
    at: row.at,
    action: row.action as LoggedAction,
    by: { id: row.moderator_id, name: row.moderator_name },
    ...(row.target_id !== null && { target: { id: row.target_id, name: row.target_name ?? '' } }),
    ...(row.message_id !== null && { messageId: row.message_id }),
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(row.reason !== null && { reason: row.reason }),
  };
}

export class ModerationLog {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Adds an entry. Call in the transaction of the action. */
  add({ at, action, by, target, messageId, seconds, reason }: NewModerationEntry): ModerationEntry {
    const row = this.#sql
      .exec<Row>(
        `INSERT INTO moderation_log
           (at, action, moderator_id, moderator_name, target_id, target_name, message_id, seconds, reason)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
        at,
        action,
        by.id,
        by.name,
        target?.id ?? null,
        target?.name ?? null,
        messageId ?? null,
        seconds ?? null,
        reason ?? null,
      )
      .one();
    return toEntry(row);
  }

  /** The participant's earlier report of a message, if any. */
  findReport(id: string, messageId: number): ModerationEntry | undefined {
    return this.#sql
      .exec<Row>(
        "SELECT * FROM moderation_log WHERE message_id = ? AND action = 'report' AND moderator_id = ? LIMIT 1",
        messageId,
        id,
      )
      .toArray()
      .map(toEntry)[0];
  }

  /** Changes a participant's name in all entries. Call in a transaction. */
  rename(id: string, name: string): void {
    this.#sql.exec('UPDATE moderation_log SET target_name = ? WHERE target_id = ?', name, id);
    this.#sql.exec('UPDATE moderation_log SET moderator_name = ? WHERE moderator_id = ?', name, id);
  }

  /**
   * A page of the log, newest first.
   * @param before only entries with a lower id
   * @returns `next`, the `before` of the next page, if there are more
   */
  page(before: number | undefined, limit: number): { entries: ModerationEntry[]; next?: string } {
    const rows = this.#sql
      .exec<Row>(
        'SELECT * FROM moderation_log WHERE id < ? ORDER BY id DESC LIMIT ?',
        before ?? Number.MAX_SAFE_INTEGER,
        limit + 1,
      )
      .toArray();
    const { rows: page, last } = cutPage(rows, limit);
    return { entries: page.map(toEntry), ...(last && { next: String(last.id) }) };
  }

  clear(): void {
    this.#sql.exec('DELETE FROM moderation_log');
  }
}
