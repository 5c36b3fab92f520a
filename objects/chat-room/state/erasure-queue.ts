/**
 * Who is still to be erased from which messages: the table `erasing`. It is filled when somebody asks, so that what they
 * write afterwards is none of it, and outlives whatever interrupts the work.
 */

/** A message from which somebody is to be erased: their own, or one they reacted to. */
export interface Erasure {
  participantId: string;
  messageId: number;
}

export class ErasureQueue {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Notes all that somebody has left here; tombstones that bear `name` already are no part of it. */
  enqueue(participantId: string, name: string): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO erasing (participant_id, message_id)
         SELECT author_id, id FROM messages WHERE author_id = ? AND (deleted_at IS NULL OR author_name <> ?)`,
      participantId,
      name,
    );
    this.#sql.exec(
      `INSERT OR IGNORE INTO erasing (participant_id, message_id)
         SELECT participant_id, message_id FROM reactions WHERE participant_id = ?`,
      participantId,
    );
  }

  /** The first that are to be done. */
  peek(limit: number): Erasure[] {
    return this.#sql
      .exec<{ participant_id: string; message_id: number }>('SELECT * FROM erasing LIMIT ?', limit)
      .toArray()
      .map((row) => ({ participantId: row.participant_id, messageId: row.message_id }));
  }

  /** Notes that one is done. */
  complete({ participantId, messageId }: Erasure): void {
    this.#sql.exec('DELETE FROM erasing WHERE participant_id = ? AND message_id = ?', participantId, messageId);
  }

  /** From how many messages somebody is still to be erased. */
  countRemaining(participantId: string): number {
    return this.#sql
      .exec<{ count: number }>('SELECT COUNT(*) AS count FROM erasing WHERE participant_id = ?', participantId)
      .one().count;
  }

  clear(): void {
    this.#sql.exec('DELETE FROM erasing');
  }
}
