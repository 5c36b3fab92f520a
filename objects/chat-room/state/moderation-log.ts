/** What was done to keep order, and by whom: the table `moderation_log`. And how members may post: the table `conduct`. */
import type { ChatSettings, LoggedAction, ModerationEntry } from '../../../shared/moderation.ts';

/** An entry on its way into the log. */
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

  /** Notes what was done. To be called in the transaction that does it. */
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

  /** What somebody has reported of a message already. */
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

  /** Calls somebody something else in all that was noted. To be called in a transaction. */
  rename(id: string, name: string): void {
    this.#sql.exec('UPDATE moderation_log SET target_name = ? WHERE target_id = ?', name, id);
    this.#sql.exec('UPDATE moderation_log SET moderator_name = ? WHERE moderator_id = ?', name, id);
  }

  /** A page of the log, newest first, from the one before `before` on. */
  page(before: number | undefined, limit: number): { entries: ModerationEntry[]; next?: string } {
    const rows = this.#sql
      .exec<Row>(
        'SELECT * FROM moderation_log WHERE id < ? ORDER BY id DESC LIMIT ?',
        before ?? Number.MAX_SAFE_INTEGER,
        limit + 1,
      )
      .toArray();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { entries: page.map(toEntry), ...(last && rows.length > limit && { next: String(last.id) }) };
  }

  /** How members may post. */
  chatSettings(): ChatSettings {
    const [row] = this.#sql
      .exec<{ locked: number; slow_seconds: number }>('SELECT locked, slow_seconds FROM conduct')
      .toArray();
    return { locked: row?.locked === 1, slowSeconds: row?.slow_seconds ?? 0 };
  }

  setChatSettings({ locked, slowSeconds }: ChatSettings): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO conduct (id, locked, slow_seconds) VALUES (1, ?, ?)',
      locked ? 1 : 0,
      slowSeconds,
    );
  }

  clear(): void {
    this.#sql.exec('DELETE FROM moderation_log');
    this.#sql.exec('DELETE FROM conduct');
  }
}
