/**
 * What an object must still tell its copies elsewhere: the table `outbox`. A row says that a copy is behind, not how: a
 * delivery carries what the object holds then. Rows outlive what they are about, until each copy knows that it is gone.
 */
import { limits } from '../../shared/limits.ts';
import { withTimeout } from '../../shared/timeout.ts';
import type { AlarmScheduler } from './alarm-scheduler.ts';
import type { Clock } from './clock.ts';
import type { Replica } from './replica.ts';

/** The table, for the schema of each object that has an outbox. Times are milliseconds. */
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

/** The column that `outboxTable` lacks, for the next step of each of those schemas. */
export const outboxFailingSince = 'ALTER TABLE outbox ADD COLUMN failing_since INTEGER;';

type Row<T extends string> = {
  target: T;
  /** What the copy is of: a link, a user. */
  subject: string;
  /** Of the newest change that the copy must come to know. */
  revision: number;
  /** Of the newest change that was ever sent out, whatever became of it. */
  issued_revision: number;
  /** When to deliver next; null once the copy knows all. */
  due_at: number | null;
  attempts: number;
  /** When the last operation, and when the last put, was issued. */
  issued_at: number;
  put_at: number;
  /** Until when an operation whose outcome is unknown may still land. */
  unsure_until: number;
  /** What was measured when the copy was last told. */
  told: number | null;
  /** Since when every operation failed; null where the last one did not. */
  failing_since: number | null;
};

/** The outside of an outbox. `T` names its copies. */
export interface OutboxDependencies<T extends string> {
  storage: DurableObjectStorage;
  alarmScheduler: AlarmScheduler;
  clock: Clock;
  replicas: Readonly<Record<T, Replica>>;
  /** Told, with the write of it, when a copy begins to fail and when it is well again. */
  onHealthChange?: (target: T, subject: string) => void;
}

export class Outbox<T extends string> {
  readonly #dependencies: OutboxDependencies<T>;
  readonly #targets: readonly T[];
  readonly #inFlight = new Map<T, Promise<void>>();

  constructor(dependencies: OutboxDependencies<T>) {
    this.#dependencies = dependencies;
    this.#targets = Object.keys(dependencies.replicas) as T[];
  }

  /**
   * Notes, in the transaction of the change, that the copies are behind.
   * @param urgency `now` for what a list must show by its next call; `soon` for what is gathered; `later` for what is
   *   hardly worth an operation
   * @param targets which copies; all of them where it is not said
   */
  markDirty(subject: string, urgency: 'now' | 'soon' | 'later', targets: readonly T[] = this.#targets): void {
    const { clock, storage, replicas } = this.#dependencies;
    const now = clock.now();
    const pause =
      { now: 0, soon: limits.replicaMergeMs, later: limits.replicaActivityMs }[urgency] * (1 + clock.random() / 5);
    for (const target of targets) {
      const row = this.#row(target);
      // A delivery that waits will carry this too, under a revision that no copy has seen.
      const requestedDue = Math.round(now + pause);
      const waitsUntil = row && row.revision > row.issued_revision ? row.due_at : null;
      if (waitsUntil !== null && waitsUntil > now && waitsUntil <= requestedDue) continue;
      const earliest = (row?.issued_at ?? 0) + replicas[target].minGapMs;
      // A copy that fails is left to its pauses, however much is gathered meanwhile.
      const isFailing = row && row.attempts > 0 && urgency !== 'now';
      const due = Math.max(
        earliest,
        Math.min(isFailing ? Number.POSITIVE_INFINITY : requestedDue, row?.due_at ?? requestedDue),
      );
      storage.sql.exec(
        `INSERT INTO outbox (target, subject, revision, issued_revision, due_at, attempts, issued_at, put_at, unsure_until)
         VALUES (?, ?, ?, 0, ?, 0, 0, 0, 0)
         ON CONFLICT (target) DO UPDATE SET revision = excluded.revision, due_at = excluded.due_at`,
        target,
        subject,
        Math.max(now, (row?.revision ?? 0) + 1),
        due,
      );
      this.#armFallbackAlarm(due);
    }
  }

  /** Notes, in a transaction, which copies hold another number than there is now, though no call changed it. */
  markDrifted(subject: string): void {
    for (const target of this.#targets) {
      const row = this.#row(target);
      const count = this.#dependencies.replicas[target].currentCount();
      if (row && row.told !== count) this.markDirty(subject, 'soon', [target]);
    }
  }

  /**
   * Delivers what is due. What fails is tried by alarm.
   * @param awaited for which copy to wait a moment; for the others not at all
   */
  async deliver(awaited?: T): Promise<void> {
    const runs = new Map(this.#targets.map((name) => [name, this.#runDelivery(name)]));
    const run = awaited && runs.get(awaited);
    if (run) await withTimeout(limits.replicaAnswerWaitMs, run, this.#dependencies.clock.after).catch(() => undefined);
  }

  /** Delivers what is due, to the end. Never throws. */
  async drain(): Promise<void> {
    await Promise.all(this.#targets.map((name) => this.#runDelivery(name)));
  }

  /** When the alarm must see to the next delivery, in milliseconds; undefined when both copies know all. */
  nextDue(): number | undefined {
    const { due } = this.#dependencies.storage.sql
      .exec<{ due: number | null }>('SELECT MIN(due_at) AS due FROM outbox')
      .one();
    return due === null ? undefined : due + limits.replicaGraceMs;
  }

  /** Since when a copy cannot be delivered, in milliseconds; null where it can. */
  failingSince(target: T): number | null {
    return this.#row(target)?.failing_since ?? null;
  }

  /** What is due at once is delivered by who caused it; the alarm comes a little later, in case that is cut short. */
  #armFallbackAlarm(due: number): void {
    this.#dependencies.alarmScheduler.scheduleBy(due + limits.replicaGraceMs);
  }

  /** One delivery at a time to each copy; whoever asks meanwhile waits for the one that runs, and for what it left. */
  #runDelivery(target: T): Promise<void> {
    const running = this.#inFlight.get(target) ?? this.#deliverAll(target).finally(() => this.#inFlight.delete(target));
    this.#inFlight.set(target, running);
    return running;
  }

  async #deliverAll(target: T): Promise<void> {
    for (let row = this.#dueRow(target); row; row = this.#dueRow(target)) {
      try {
        await withTimeout(limits.replicaTimeoutMs, this.#deliverRow(row), this.#dependencies.clock.after);
        this.#recordSuccess(row);
      } catch {
        this.#scheduleRetry(row);
      }
    }
  }

  async #deliverRow(row: Row<T>): Promise<void> {
    const { target, subject, revision } = row;
    const replica = this.#dependencies.replicas[target];
    const isPut = replica.exists();
    this.#recordAttempt(row, isPut);
    await (isPut ? replica.put(subject, revision) : replica.remove(subject, revision));
  }

  /** Notes that an operation goes out: should the object die meanwhile, it is due again, and may yet land. */
  #recordAttempt({ target, revision, put_at }: Row<T>, isPut: boolean): void {
    const replica = this.#dependencies.replicas[target];
    const now = this.#dependencies.clock.now();
    const due = now + limits.replicaTimeoutMs;
    this.#dependencies.storage.sql.exec(
      `UPDATE outbox SET issued_revision = ?, due_at = ?, issued_at = ?, put_at = ?, unsure_until = ?, told = ?
       WHERE target = ?`,
      revision,
      due,
      now,
      isPut ? now : put_at,
      now + replica.settleMs,
      replica.currentCount(),
      target,
    );
    this.#armFallbackAlarm(due);
  }

  /**
   * Clears the debt, unless there was a change meanwhile. Where operations have no order, the same is done once more
   * when an earlier one can no longer land, nor, after a removal, an earlier put.
   */
  #recordSuccess({ target, revision, unsure_until }: Row<T>): void {
    const now = this.#dependencies.clock.now();
    const row = this.#row(target);
    if (!row) return;
    const replica = this.#dependencies.replicas[target];
    const repeatAt = Math.max(unsure_until, replica.exists() ? 0 : row.put_at + replica.settleMs);
    const due = row.revision === revision ? (repeatAt > now ? repeatAt : null) : row.due_at;
    this.#dependencies.storage.sql.exec(
      'UPDATE outbox SET due_at = ?, attempts = 0, unsure_until = ?, failing_since = NULL WHERE target = ?',
      due,
      unsure_until,
      target,
    );
    if (due !== null) this.#armFallbackAlarm(due);
    if (row.failing_since !== null) this.#dependencies.onHealthChange?.(target, row.subject);
  }

  /** Tries again after a pause that grows, spread so that many rooms do not come back at once. */
  #scheduleRetry({ target, subject, attempts, failing_since }: Row<T>): void {
    const { clock, storage, replicas, onHealthChange } = this.#dependencies;
    const pause =
      Math.min(limits.replicaRetryMs * 2 ** attempts, limits.replicaRetryMaxMs) * (0.75 + clock.random() / 2);
    const now = clock.now();
    const due = Math.round(now + Math.max(pause, replicas[target].minGapMs));
    storage.sql.exec(
      'UPDATE outbox SET due_at = ?, attempts = ?, failing_since = ? WHERE target = ?',
      due,
      attempts + 1,
      failing_since ?? now,
      target,
    );
    this.#armFallbackAlarm(due);
    if (failing_since === null) onHealthChange?.(target, subject);
  }

  #dueRow(target: T): Row<T> | undefined {
    const row = this.#row(target);
    return row && row.due_at !== null && row.due_at <= this.#dependencies.clock.now() ? row : undefined;
  }

  #row(target: T): Row<T> | undefined {
    return this.#dependencies.storage.sql.exec<Row<T>>('SELECT * FROM outbox WHERE target = ?', target).toArray()[0];
  }
}
