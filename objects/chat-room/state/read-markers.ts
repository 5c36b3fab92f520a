/**
 * How far people have read: the table `marks`. It is state and not log: a mark only moves forward, is written at most
 * every few seconds a person, and one that was not written when the room fell asleep is told again by its client.
 */
import { limits } from '../../../shared/limits.ts';
import type { ReadMarker } from '../../../shared/message.ts';

export class ReadMarkers {
  readonly #sql: SqlStorage;
  /** When a person's mark was last written, in milliseconds. */
  readonly #writtenAt = new Map<string, number>();
  /** Marks that wait for their time. */
  readonly #pending = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The last message that somebody has read; 0 where they have read none. */
  get(id: string): number {
    return Math.max(this.#stored(id), this.#pending.get(id) ?? 0);
  }

  /**
   * Notes how far somebody has read.
   * @returns whether it is to be written now; else it waits until `nextDue`
   */
  advance(id: string, messageId: number, now: number): boolean {
    if (messageId <= this.get(id)) return false;
    this.#pending.set(id, messageId);
    return this.#dueOf(id) <= now;
  }

  /** The marks whose time has come. */
  due(now: number): ReadMarker[] {
    return [...this.#pending].flatMap(([id, messageId]) => (this.#dueOf(id) <= now ? { id, messageId } : []));
  }

  /** Writes marks. To be called in a transaction. */
  write(markers: readonly ReadMarker[]): void {
    for (const { id, messageId } of markers) {
      this.#sql.exec('INSERT OR REPLACE INTO marks (participant_id, message_id) VALUES (?, ?)', id, messageId);
    }
  }

  /** Notes that marks were written; those that moved on meanwhile wait again. */
  markWritten(markers: readonly ReadMarker[], now: number): void {
    for (const { id, messageId } of markers) {
      if (this.#pending.get(id) === messageId) this.#pending.delete(id);
      this.#writtenAt.set(id, now);
    }
    // Whoever was written long ago has waited long enough, known or not.
    for (const [id, at] of this.#writtenAt) if (at + limits.readMarkerFlushMs <= now) this.#writtenAt.delete(id);
  }

  /** When the first mark that waits is to be written, in milliseconds. */
  nextDue(): number | undefined {
    const due = [...this.#pending.keys()].map((id) => this.#dueOf(id));
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Everyone's, if they are so few that all can be told; undefined where they are more. */
  all(): ReadMarker[] | undefined {
    const rows = this.#sql
      .exec<{ id: string; messageId: number }>(
        'SELECT participant_id AS id, message_id AS messageId FROM marks ORDER BY participant_id LIMIT ?',
        limits.readReceiptPeople + 1,
      )
      .toArray();
    return rows.length > limits.readReceiptPeople ? undefined : rows;
  }

  /** Takes somebody's mark away. */
  remove(id: string): void {
    this.#pending.delete(id);
    this.#sql.exec('DELETE FROM marks WHERE participant_id = ?', id);
  }

  clear(): void {
    this.#pending.clear();
    this.#writtenAt.clear();
    this.#sql.exec('DELETE FROM marks');
  }

  #dueOf(id: string): number {
    const writtenAt = this.#writtenAt.get(id);
    return writtenAt === undefined ? 0 : writtenAt + limits.readMarkerFlushMs;
  }

  #stored(id: string): number {
    const [row] = this.#sql
      .exec<{ messageId: number }>('SELECT message_id AS messageId FROM marks WHERE participant_id = ?', id)
      .toArray();
    return row?.messageId ?? 0;
  }
}
