/**
 * What an object must still tell its copies elsewhere: the table `outbox`. A row says that a copy is behind, not how: a
 * delivery carries what the object holds then. Rows outlive what they are about, until each copy knows that it is gone.
 */
import { limits } from '../../shared/limits.ts';
import { within } from '../../shared/within.ts';
import type { Clock } from './clock.ts';
import type { Copy } from './copy.ts';
import type { Wake } from './wake.ts';

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
export interface OutboxWorld<T extends string> {
  storage: DurableObjectStorage;
  wake: Wake;
  clock: Clock;
  copies: Readonly<Record<T, Copy>>;
  /** Told, with the write of it, when a copy begins to fail and when it is well again. */
  turned?: (target: T, subject: string) => void;
}

export class Outbox<T extends string> {
  readonly #world: OutboxWorld<T>;
  readonly #names: readonly T[];
  readonly #running = new Map<T, Promise<void>>();

  constructor(world: OutboxWorld<T>) {
    this.#world = world;
    this.#names = Object.keys(world.copies) as T[];
  }

  /**
   * Notes, in the transaction of the change, that the copies are behind.
   * @param urgency `now` for what a list must show by its next call; `soon` for what is gathered; `later` for what is
   *   hardly worth an operation
   * @param behind which copies; all of them where it is not said
   */
  mark(subject: string, urgency: 'now' | 'soon' | 'later', behind: readonly T[] = this.#names): void {
    const { clock, storage, copies } = this.#world;
    const now = clock.now();
    const pause =
      { now: 0, soon: limits.copyMergeMs, later: limits.copyActivityMs }[urgency] * (1 + clock.random() / 5);
    for (const target of behind) {
      const known = this.#row(target);
      // A delivery that waits will carry this too, under a revision that no copy has seen.
      const wanted = Math.round(now + pause);
      const waitsUntil = known && known.revision > known.issued_revision ? known.due_at : null;
      if (waitsUntil !== null && waitsUntil > now && waitsUntil <= wanted) continue;
      const earliest = (known?.issued_at ?? 0) + copies[target].gapMs;
      // A copy that fails is left to its pauses, however much is gathered meanwhile.
      const fails = known && known.attempts > 0 && urgency !== 'now';
      const due = Math.max(earliest, Math.min(fails ? Number.POSITIVE_INFINITY : wanted, known?.due_at ?? wanted));
      storage.sql.exec(
        `INSERT INTO outbox (target, subject, revision, issued_revision, due_at, attempts, issued_at, put_at, unsure_until)
         VALUES (?, ?, ?, 0, ?, 0, 0, 0, 0)
         ON CONFLICT (target) DO UPDATE SET revision = excluded.revision, due_at = excluded.due_at`,
        target,
        subject,
        Math.max(now, (known?.revision ?? 0) + 1),
        due,
      );
      this.#standBy(due);
    }
  }

  /** Notes, in a transaction, which copies hold another number than there is now, though no call changed it. */
  catchUp(subject: string): void {
    for (const target of this.#names) {
      const row = this.#row(target);
      const measured = this.#world.copies[target].measure();
      if (row && row.told !== measured) this.mark(subject, 'soon', [target]);
    }
  }

  /**
   * Delivers what is due. What fails is tried by alarm.
   * @param awaited for which copy to wait a moment; for the others not at all
   */
  async settle(awaited?: T): Promise<void> {
    const runs = new Map(this.#names.map((name) => [name, this.#run(name)]));
    const run = awaited && runs.get(awaited);
    if (run) await within(limits.directoryWaitMs, run, this.#world.clock.after).catch(() => undefined);
  }

  /** Delivers what is due, to the end. Never throws. */
  async drain(): Promise<void> {
    await Promise.all(this.#names.map((name) => this.#run(name)));
  }

  /** When the alarm must see to the next delivery, in milliseconds; undefined when both copies know all. */
  nextDue(): number | undefined {
    const { due } = this.#world.storage.sql.exec<{ due: number | null }>('SELECT MIN(due_at) AS due FROM outbox').one();
    return due === null ? undefined : due + limits.copyGraceMs;
  }

  /** Since when a copy cannot be delivered, in milliseconds; null where it can. */
  failingSince(target: T): number | null {
    return this.#row(target)?.failing_since ?? null;
  }

  /** What is due at once is delivered by who caused it; the alarm comes a little later, in case that is cut short. */
  #standBy(due: number): void {
    this.#world.wake.by(due + limits.copyGraceMs);
  }

  /** One delivery at a time to each copy; whoever asks meanwhile waits for the one that runs, and for what it left. */
  #run(target: T): Promise<void> {
    const running = this.#running.get(target) ?? this.#deliverAll(target).finally(() => this.#running.delete(target));
    this.#running.set(target, running);
    return running;
  }

  async #deliverAll(target: T): Promise<void> {
    for (let row = this.#due(target); row; row = this.#due(target)) {
      try {
        await within(limits.copyTimeoutMs, this.#deliver(row), this.#world.clock.after);
        this.#settled(row);
      } catch {
        this.#postpone(row);
      }
    }
  }

  async #deliver(row: Row<T>): Promise<void> {
    const { target, subject, revision } = row;
    const copy = this.#world.copies[target];
    const isPut = copy.exists();
    this.#issue(row, isPut);
    await (isPut ? copy.put(subject, revision) : copy.remove(subject, revision));
  }

  /** Notes that an operation goes out: should the object die meanwhile, it is due again, and may yet land. */
  #issue({ target, revision, put_at }: Row<T>, isPut: boolean): void {
    const copy = this.#world.copies[target];
    const now = this.#world.clock.now();
    const due = now + limits.copyTimeoutMs;
    this.#world.storage.sql.exec(
      `UPDATE outbox SET issued_revision = ?, due_at = ?, issued_at = ?, put_at = ?, unsure_until = ?, told = ?
       WHERE target = ?`,
      revision,
      due,
      now,
      isPut ? now : put_at,
      now + copy.settleMs,
      copy.measure(),
      target,
    );
    this.#standBy(due);
  }

  /**
   * Clears the debt, unless there was a change meanwhile. Where operations have no order, the same is done once more
   * when an earlier one can no longer land, nor, after a removal, an earlier put.
   */
  #settled({ target, revision, unsure_until }: Row<T>): void {
    const now = this.#world.clock.now();
    const row = this.#row(target);
    if (!row) return;
    const copy = this.#world.copies[target];
    const again = Math.max(unsure_until, copy.exists() ? 0 : row.put_at + copy.settleMs);
    const due = row.revision === revision ? (again > now ? again : null) : row.due_at;
    this.#world.storage.sql.exec(
      'UPDATE outbox SET due_at = ?, attempts = 0, unsure_until = ?, failing_since = NULL WHERE target = ?',
      due,
      unsure_until,
      target,
    );
    if (due !== null) this.#standBy(due);
    if (row.failing_since !== null) this.#world.turned?.(target, row.subject);
  }

  /** Tries again after a pause that grows, spread so that many rooms do not come back at once. */
  #postpone({ target, subject, attempts, failing_since }: Row<T>): void {
    const { clock, storage, copies, turned } = this.#world;
    const pause = Math.min(limits.copyRetryMs * 2 ** attempts, limits.copyRetryMaxMs) * (0.75 + clock.random() / 2);
    const now = clock.now();
    const due = Math.round(now + Math.max(pause, copies[target].gapMs));
    storage.sql.exec(
      'UPDATE outbox SET due_at = ?, attempts = ?, failing_since = ? WHERE target = ?',
      due,
      attempts + 1,
      failing_since ?? now,
      target,
    );
    this.#standBy(due);
    if (failing_since === null) turned?.(target, subject);
  }

  #due(target: T): Row<T> | undefined {
    const row = this.#row(target);
    return row && row.due_at !== null && row.due_at <= this.#world.clock.now() ? row : undefined;
  }

  #row(target: T): Row<T> | undefined {
    return this.#world.storage.sql.exec<Row<T>>('SELECT * FROM outbox WHERE target = ?', target).toArray()[0];
  }
}
