/**
 * A Durable Object has one alarm. The scheduler shares it among the object's jobs: it sets the alarm to the earliest
 * due time, and each alarm runs every job.
 */
import { limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log-line.ts';
import type { Clock } from './clock.ts';

/** Scheduled work of an object. */
export interface Job {
  /** As it appears in the log line `job_failed`. */
  name: string;
  /** When to run next, in milliseconds since 1970; undefined when nothing is pending. */
  due: () => number | undefined;
  /**
   * Runs at every alarm, which may fire late, twice or for another job, so the job itself checks whether work is due.
   */
  run: () => void | Promise<void>;
}

export interface AlarmSchedulerDependencies {
  storage: DurableObjectStorage;
  clock: Clock;
  /** The jobs in the order in which an alarm runs them. A function, because jobs may depend on the scheduler. */
  jobs: () => readonly Job[];
  /** Called for each job that throws. */
  onJobFailed: (event: 'job_failed') => void;
}

export class AlarmScheduler {
  readonly #dependencies: AlarmSchedulerDependencies;
  /** The time that the alarm is set to; unknown after an eviction. */
  #scheduledFor: number | undefined;

  constructor(dependencies: AlarmSchedulerDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Sets the alarm to `time` unless it is already due earlier. Inside a transaction, the alarm is part of it.
   * @param time milliseconds since 1970
   */
  scheduleBy(time: number): void {
    if (this.#scheduledFor === undefined) this.#setAlarm(Math.min(time, this.#nextDue() ?? time));
    else if (time < this.#scheduledFor) this.#setAlarm(time);
  }

  /**
   * Runs every job, then sets the alarm for the earliest that is pending. A job that throws is logged and does not stop
   * the others; the next alarm is then at least `limits.jobs.retryMs` away.
   */
  async run(): Promise<void> {
    const { clock, jobs, onJobFailed } = this.#dependencies;
    // The alarm has fired: work that becomes due during a slow job sets its own.
    this.invalidate();
    let notBefore = Number.NEGATIVE_INFINITY;
    for (const job of jobs()) {
      try {
        await job.run();
      } catch (error) {
        console.error(logLine('job_failed', { job: job.name, ...errorFields(error) }));
        onJobFailed('job_failed');
        notBefore = clock.now() + limits.jobs.retryMs;
      }
    }
    this.invalidate();
    const due = this.#nextDue();
    if (due !== undefined) this.#setAlarm(Math.max(due, notBefore));
  }

  /** Forgets the scheduled time: the alarm has fired, or the transaction that set it was rolled back. */
  invalidate(): void {
    this.#scheduledFor = undefined;
  }

  #nextDue(): number | undefined {
    const times = this.#dependencies
      .jobs()
      .map((job) => job.due())
      .filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #setAlarm(time: number): void {
    this.#scheduledFor = time;
    void this.#dependencies.storage.setAlarm(time);
  }
}
