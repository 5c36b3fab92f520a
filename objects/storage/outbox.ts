/**
 * Transactional outbox: keeps an object's replicas up to date. A row records that a replica is out of date, not what
 * changed: a delivery carries the current state. Rows outlive the data until every replica has applied its deletion.
 */
import { limits } from '../../shared/limits.ts';
import { withTimeout } from '../../shared/timeout.ts';
import type { AlarmScheduler } from './alarm-scheduler.ts';
import type { Clock } from './clock.ts';
import type { OutboxRow } from './outbox-table.ts';
import type { Replica } from './replica.ts';

/** `T` names the replicas. */
export interface OutboxDependencies<T extends string> {
  storage: DurableObjectStorage;
  alarmScheduler: AlarmScheduler;
  clock: Clock;
  replicas: Readonly<Record<T, Replica>>;
  /** Called in the turn that records it, when a replica starts to fail and when it has recovered. */
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
   * Records that replicas are out of date. Call it in the transaction of the change.
   * @param urgency `now`: deliver at once, for a change that the next list must contain; `soon`: merge with the changes
   *   of the next `limits.replica.mergeMs`; `later`: within `limits.replica.activityMs`, for a change that does not
   *   justify a separate operation
   * @param targets the replicas; all of them by default
   */
  markDirty(subject: string, urgency: 'now' | 'soon' | 'later', targets: readonly T[] = this.#targets): void {
    const { clock, storage, replicas } = this.#dependencies;
    const now = clock.now();
    const delay =
      { now: 0, soon: limits.replica.mergeMs, later: limits.replica.activityMs }[urgency] * (1 + clock.random() / 5);
    for (const target of targets) {
      const row = this.#row(target);
      // A pending delivery includes this change, under a revision that was never sent to the replica.
      const requestedDue = Math.round(now + delay);
      const pendingDue = row && row.revision > row.issued_revision ? row.due_at : null;
      if (pendingDue !== null && pendingDue > now && pendingDue <= requestedDue) continue;
      const earliest = (row?.issued_at ?? 0) + replicas[target].minGapMs;
      // Changes do not shorten the retry pause of a failing replica, however many there are.
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

  /** Records which replicas hold an outdated count that no call has changed. Call it in a transaction. */
  markDrifted(subject: string): void {
    for (const target of this.#targets) {
      const row = this.#row(target);
      const count = this.#dependencies.replicas[target].currentCount();
      if (row && row.told !== count) this.markDirty(subject, 'soon', [target]);
    }
  }

  /**
   * Starts the deliveries that are due; the alarm retries those that fail. Never throws.
   * @param awaited the replica whose delivery to wait for, at most `limits.replica.answerWaitMs`
   */
  async deliver(awaited?: T): Promise<void> {
    const runs = new Map(this.#targets.map((name) => [name, this.#runDelivery(name)]));
    const run = awaited && runs.get(awaited);
    if (run) await withTimeout(limits.replica.answerWaitMs, run, this.#dependencies.clock.after).catch(() => undefined);
  }

  /** Makes the deliveries that are due and waits for all of them. Never throws. */
  async drain(): Promise<void> {
    await Promise.all(this.#targets.map((name) => this.#runDelivery(name)));
  }

  /**
   * When the alarm has to make the next delivery, in milliseconds since 1970; undefined when all replicas are up to
   * date.
   */
  nextDue(): number | undefined {
    const { due } = this.#dependencies.storage.sql
      .exec<{ due: number | null }>('SELECT MIN(due_at) AS due FROM outbox')
      .one();
    return due === null ? undefined : due + limits.replica.graceMs;
  }

  /** Since when deliveries to a replica fail, in milliseconds since 1970; null if the last one did not fail. */
  failingSince(target: T): number | null {
    return this.#row(target)?.failing_since ?? null;
  }

  /** The call that made a change delivers it; the alarm is set a little later, for when that call is cut short. */
  #armFallbackAlarm(due: number): void {
    this.#dependencies.alarmScheduler.scheduleBy(due + limits.replica.graceMs);
  }

  /** Runs one delivery at a time to each replica; concurrent callers share it and the deliveries that follow it. */
  #runDelivery(target: T): Promise<void> {
    const running = this.#inFlight.get(target) ?? this.#deliverAll(target).finally(() => this.#inFlight.delete(target));
    this.#inFlight.set(target, running);
    return running;
  }

  async #deliverAll(target: T): Promise<void> {
    for (let row = this.#dueRow(target); row; row = this.#dueRow(target)) {
      try {
        await withTimeout(limits.replica.timeoutMs, this.#deliverRow(row), this.#dependencies.clock.after);
        this.#recordSuccess(row);
      } catch {
        this.#scheduleRetry(row);
      }
    }
  }

  async #deliverRow(row: OutboxRow<T>): Promise<void> {
    const { target, subject, revision } = row;
    const replica = this.#dependencies.replicas[target];
    const isPut = replica.exists();
    this.#recordAttempt(row, isPut);
    await (isPut ? replica.put(subject, revision) : replica.remove(subject, revision));
  }

  /**
   * Records the attempt before it starts. If the object is evicted meanwhile, the row is due again after
   * `limits.replica.timeoutMs`, and the lost attempt may still be applied.
   */
  #recordAttempt({ target, revision, put_at }: OutboxRow<T>, isPut: boolean): void {
    const replica = this.#dependencies.replicas[target];
    const now = this.#dependencies.clock.now();
    const due = now + limits.replica.timeoutMs;
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
   * Marks the replica as up to date unless there was another change meanwhile. Where operations are not ordered, the
   * same operation is repeated once no earlier one can still be applied, nor, after a removal, an earlier put.
   */
  #recordSuccess({ target, revision, unsure_until }: OutboxRow<T>): void {
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

  /** Backs off exponentially, with jitter so that many objects do not retry at the same time. */
  #scheduleRetry({ target, subject, attempts, failing_since }: OutboxRow<T>): void {
    const { clock, storage, replicas, onHealthChange } = this.#dependencies;
    const delay =
      Math.min(limits.replica.retryMs * 2 ** attempts, limits.replica.retryMaxMs) * (0.75 + clock.random() / 2);
    const now = clock.now();
    const due = Math.round(now + Math.max(delay, replicas[target].minGapMs));
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

  #dueRow(target: T): OutboxRow<T> | undefined {
    const row = this.#row(target);
    return row && row.due_at !== null && row.due_at <= this.#dependencies.clock.now() ? row : undefined;
  }

  #row(target: T): OutboxRow<T> | undefined {
    return this.#dependencies.storage.sql
      .exec<OutboxRow<T>>('SELECT * FROM outbox WHERE target = ?', target)
      .toArray()[0];
  }
}
