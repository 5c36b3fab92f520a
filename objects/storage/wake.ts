/**
 * The one alarm of an object, shared by everything in it that waits for a time. Each asks to be woken by then; the
 * object's `alarm()` does all that is due and arms it again for the rest.
 */
import { limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log.ts';
import type { Clock } from './clock.ts';

export class Wake {
  readonly #storage: DurableObjectStorage;
  readonly #earliest: () => number | undefined;
  readonly #failed: (event: 'job_failed') => void;
  /** What the alarm is set to; unknown after an eviction. */
  #setTo: number | undefined;

  /**
   * @param earliest when the first of everything that waits is due, in milliseconds; undefined when nothing waits
   * @param failed is told of each job that fails
   */
  constructor(
    storage: DurableObjectStorage,
    earliest: () => number | undefined,
    failed: (event: 'job_failed') => void = () => undefined,
  ) {
    this.#storage = storage;
    this.#earliest = earliest;
    this.#failed = failed;
  }

  /**
   * Sets the alarm unless it rings earlier. Inside `transactionSync` it is part of the transaction.
   * @param time milliseconds
   */
  by(time: number): void {
    if (this.#setTo === undefined) this.#set(Math.min(time, this.#earliest() ?? time));
    else if (time < this.#setTo) this.#set(time);
  }

  /**
   * Does what the alarm rang for, each job for itself: one that fails holds up no other, and is tried again after a
   * pause. Then sets the alarm for whatever is due next.
   */
  async ring(clock: Clock, jobs: Readonly<Record<string, () => void | Promise<void>>>): Promise<void> {
    // What comes up meanwhile sets the alarm anew, so that nothing waits for a slow job.
    this.forget();
    let notBefore = Number.NEGATIVE_INFINITY;
    for (const [job, work] of Object.entries(jobs)) {
      try {
        await work();
      } catch (error) {
        console.error(logLine('job_failed', { job, ...errorFields(error) }));
        this.#failed('job_failed');
        notBefore = clock.now() + limits.jobRetryMs;
      }
    }
    this.forget();
    const due = this.#earliest();
    if (due !== undefined) this.#set(Math.max(due, notBefore));
  }

  #set(time: number): void {
    this.#setTo = time;
    void this.#storage.setAlarm(time);
  }

  /** Forgets what the alarm is set to: it has rung, or the transaction that set it was taken back. */
  forget(): void {
    this.#setTo = undefined;
  }
}
