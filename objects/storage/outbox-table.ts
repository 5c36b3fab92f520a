/** The table `outbox`: one row for each replica, from its first change on. */

/** For the schema of each object that has an outbox. Times are milliseconds since 1970. */
export const outboxTable = `
  CREATE TABLE outbox (
    target TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    revision INTEGER NOT NULL,
    issued_revision INTEGER NOT NULL,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    put_at INTEGER NOT NULL,
    unsure_until INTEGER NOT NULL,
    told INTEGER
  ) WITHOUT ROWID;
`;

/** Adds the column that `outboxTable` lacks: a later step of the same schemas. */
export const outboxFailingSince = 'ALTER TABLE outbox ADD COLUMN failing_since INTEGER;';

/** A row; `T` names the replicas. Times are milliseconds since 1970. */
export type OutboxRow<T extends string> = {
  target: T;
  /** The key of the replicated data: a room's link or a user's id. */
  subject: string;
  /** Of the newest change that the replica has to receive. */
  revision: number;
  /** Of the newest change that was ever sent, whatever its outcome. */
  issued_revision: number;
  /** When to deliver next; null when the replica is up to date. */
  due_at: number | null;
  /** Failures in a row. */
  attempts: number;
  /** When the last operation was sent. */
  issued_at: number;
  /** When the last put was sent. */
  put_at: number;
  /** Until when an operation of unknown outcome may still be applied. */
  unsure_until: number;
  /** `currentCount()` of the replica at the last operation. */
  told: number | null;
  /** Since when every operation has failed; null if the last one did not fail. */
  failing_since: number | null;
};
