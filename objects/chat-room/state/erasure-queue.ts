/**
 * Messages from which a participant is still to be erased: the table `erasing`. It is filled when the participant
 * requests the erasure, so that it excludes later messages, and it survives an interruption of the erasure.
 */

/** A message that the participant wrote or reacted to. */
export interface Erasure {
  participantId: string;
  messageId: number;
}

export class ErasureQueue {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Adds the messages that a participant wrote or reacted to. Call in a transaction.
   * @param name the name that replaces theirs; tombstones that have it are left out
   */
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

  /** The next erasures to run. */
  peek(limit: number): Erasure[] {
    return this.#sql
      .exec<{ participant_id: string; message_id: number }>('SELECT * FROM erasing LIMIT ?', limit)
      .toArray()
      .map((row) => ({ participantId: row.participant_id, messageId: row.message_id }));
  }

  /** Removes an erasure that has run. */
  complete({ participantId, messageId }: Erasure): void {
    this.#sql.exec('DELETE FROM erasing WHERE participant_id = ? AND message_id = ?', participantId, messageId);
  }

  /** The number of messages from which a participant is still to be erased. */
  countRemaining(participantId: string): number {
    return this.#sql
      .exec<{ count: number }>('SELECT COUNT(*) AS count FROM erasing WHERE participant_id = ?', participantId)
      .one().count;
  }

  clear(): void {
    this.#sql.exec('DELETE FROM erasing');
  }
}
