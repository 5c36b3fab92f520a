/**
 * The one alarm of an object, shared by everything in it that waits for a time. Each asks to be woken by then; the
 * object's `alarm()` does all that is due and arms it again for the rest.
 */
import { limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log.ts';
import type { Clock } from './clock.ts';

export class AlarmScheduler {
  readonly #storage: DurableObjectStorage;
  readonly #nextDue: () => number | undefined;
  readonly #onJobFailed: (event: 'job_failed') => void;
  /** What the alarm is set to; unknown after an eviction. */
  #scheduledFor: number | undefined;

  /**
   * @param nextDue when the first of everything that waits is due, in milliseconds; undefined when nothing waits
   * @param onJobFailed is told of each job that fails
   */
  constructor(
    storage: DurableObjectStorage,
    nextDue: () => number | undefined,
    onJobFailed: (event: 'job_failed') => void = () => undefined,
  ) {
    this.#storage = storage;
    this.#nextDue = nextDue;
    this.#onJobFailed = onJobFailed;
  }

  /**
   * Sets the alarm unless it rings earlier. Inside `transactionSync` it is part of the transaction.
   * @param time milliseconds
   */
  scheduleBy(time: number): void {
    if (this.#scheduledFor === undefined) this.#setAlarm(Math.min(time, this.#nextDue() ?? time));
    else if (time < this.#scheduledFor) this.#setAlarm(time);
  }

  /**
   * Does what the alarm rang for, each job for itself: one that fails holds up no other, and is tried again after a
   * pause. Then sets the alarm for whatever is due next.
   */
  async run(clock: Clock, jobs: Readonly<Record<string, () => void | Promise<void>>>): Promise<void> {
    // What comes up meanwhile sets the alarm anew, so that nothing waits for a slow job.
    this.invalidate();
    let notBefore = Number.NEGATIVE_INFINITY;
    for (const [job, runJob] of Object.entries(jobs)) {
      try {
        await runJob();
      } catch (error) {
        console.error(logLine('job_failed', { job, ...errorFields(error) }));
        this.#onJobFailed('job_failed');
        notBefore = clock.now() + limits.jobRetryMs;
      }
    }
    this.invalidate();
    const due = this.#nextDue();
    if (due !== undefined) this.#setAlarm(Math.max(due, notBefore));
  }

  #setAlarm(time: number): void {
    this.#scheduledFor = time;
    void this.#storage.setAlarm(time);
  }

  /** Forgets what the alarm is set to: it has rung, or the transaction that set it was taken back. */
  invalidate(): void {
    this.#scheduledFor = undefined;
  }
}
