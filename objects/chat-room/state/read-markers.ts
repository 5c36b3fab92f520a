/**
 * How far each participant has read: the table `marks`. A read marker only moves forward and is written at most once
 * every `limits.readState.flushMs` per participant. If an eviction loses one, its client sends it again.
 */
import { limits } from '../../../shared/limits.ts';
import type { ReadMarker } from '../../../shared/message.ts';

export class ReadMarkers {
  readonly #sql: SqlStorage;
  /** When a participant's marker was last written, in milliseconds. */
  readonly #writtenAt = new Map<string, number>();
  /** Message ids by participant, not written yet. */
  readonly #pending = new Map<string, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Id of the last message that a participant has read; 0 if none. */
  get(id: string): number {
    return Math.max(this.#stored(id), this.#pending.get(id) ?? 0);
  }

  /**
   * Moves a marker forward; a lower id is ignored.
   * @returns whether it must be written now; otherwise at `nextDue`
   */
  advance(id: string, messageId: number, now: number): boolean {
    if (messageId <= this.get(id)) return false;
    this.#pending.set(id, messageId);
    return this.#dueOf(id) <= now;
  }

  /** The pending markers to write now. */
  due(now: number): ReadMarker[] {
    return [...this.#pending].flatMap(([id, messageId]) => (this.#dueOf(id) <= now ? { id, messageId } : []));
  }

  /** Stores markers. Call in a transaction, and `markWritten` after it. */
  write(markers: readonly ReadMarker[]): void {
    for (const { id, messageId } of markers) {
      this.#sql.exec('INSERT OR REPLACE INTO marks (participant_id, message_id) VALUES (?, ?)', id, messageId);
    }
  }

  /** Removes stored markers from the pending ones, except those that moved on meanwhile. */
  markWritten(markers: readonly ReadMarker[], now: number): void {
    for (const { id, messageId } of markers) {
      if (this.#pending.get(id) === messageId) this.#pending.delete(id);
      this.#writtenAt.set(id, now);
    }
    // An entry older than the interval has no effect any more.
    for (const [id, at] of this.#writtenAt) if (at + limits.readState.flushMs <= now) this.#writtenAt.delete(id);
  }

  /** When the first pending marker must be written, in milliseconds; undefined if none is pending. */
  nextDue(): number | undefined {
    const due = [...this.#pending.keys()].map((id) => this.#dueOf(id));
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** The stored markers by participant id; undefined if there are more than `limits.readState.receiptPeople`. */
  all(): ReadMarker[] | undefined {
    const rows = this.#sql
      .exec<{ id: string; messageId: number }>(
        'SELECT participant_id AS id, message_id AS messageId FROM marks ORDER BY participant_id LIMIT ?',
        limits.readState.receiptPeople + 1,
      )
      .toArray();
    return rows.length > limits.readState.receiptPeople ? undefined : rows;
  }

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
    return writtenAt === undefined ? 0 : writtenAt + limits.readState.flushMs;
  }

  #stored(id: string): number {
    const [row] = this.#sql
      .exec<{ messageId: number }>('SELECT message_id AS messageId FROM marks WHERE participant_id = ?', id)
      .toArray();
    return row?.messageId ?? 0;
  }
}
