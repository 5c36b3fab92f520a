/** The scheduled jobs of a Durable Object share its one alarm. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AlarmScheduler, type Job } from '../../objects/storage/alarm-scheduler.ts';
import { systemClock } from '../../objects/storage/clock.ts';
import { limits } from '../../shared/limits.ts';

afterEach(() => vi.restoreAllMocks());

/** Far enough ahead that the runtime itself runs no alarm during a test. */
const start = Date.now() + 24 * 60 * 60_000;
const clock = { ...systemClock, now: () => start };

interface Scheduled {
  scheduler: AlarmScheduler;
  jobs: Job[];
  failures: string[];
  alarm: () => Promise<number | null>;
}

/** Runs `work` with a scheduler on the storage of an object that no other test uses. */
function withScheduler(work: (scheduled: Scheduled) => void | Promise<void>): Promise<void> {
  const object = env.USER_SESSIONS.getByName(`scheduler-${crypto.randomUUID()}`);
  return runInDurableObject(object, async (_, { storage }) => {
    const jobs: Job[] = [];
    const failures: string[] = [];
    const scheduler = new AlarmScheduler({
      storage,
      clock,
      jobs: () => jobs,
      onJobFailed: (event) => failures.push(event),
    });
    await work({ scheduler, jobs, failures, alarm: () => storage.getAlarm() });
    await storage.deleteAlarm();
  });
}

/** A job that is due at a time, or never. */
const dueAt = (name: string, time: number | undefined): Job => ({ name, due: () => time, run: () => undefined });

describe('scheduling', () => {
  it('moves the alarm forward and never back', () =>
    withScheduler(async ({ scheduler, alarm }) => {
      scheduler.scheduleBy(start + 500);
      scheduler.scheduleBy(start + 900);
      expect(await alarm()).toBe(start + 500);
      scheduler.scheduleBy(start + 100);
      expect(await alarm()).toBe(start + 100);
    }));

  it('takes the jobs that are due earlier into account where the alarm is unknown, as after an eviction', () =>
    withScheduler(async ({ scheduler, jobs, alarm }) => {
      jobs.push(dueAt('never', undefined), dueAt('early', start + 100), dueAt('late', start + 700));
      scheduler.scheduleBy(start + 500);
      expect(await alarm()).toBe(start + 100);
    }));
});

describe('an alarm', () => {
  it('runs every job in order, and the next alarm is for the earliest one', () =>
    withScheduler(async ({ scheduler, jobs, alarm }) => {
      const ran: string[] = [];
      for (const [name, time] of [
        ['a', start + 900],
        ['b', undefined],
        ['c', start + 400],
      ] as const)
        jobs.push({
          ...dueAt(name, time),
          run: async () => {
            await Promise.resolve();
            ran.push(name);
          },
        });
      await scheduler.run();
      expect(ran).toEqual(['a', 'b', 'c']);
      expect(await alarm()).toBe(start + 400);
    }));

  it('is not set again when nothing is pending', () =>
    withScheduler(async ({ scheduler, jobs, alarm }) => {
      jobs.push(dueAt('never', undefined));
      await scheduler.run();
      expect(await alarm()).toBeNull();
    }));

  it('runs the other jobs when some fail, logs each failure, and pauses before the next attempt', () =>
    withScheduler(async ({ scheduler, jobs, failures, alarm }) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const ran: string[] = [];
      const failing = (name: string, run: Job['run']): Job => ({ ...dueAt(name, start), run });
      jobs.push(
        failing('sync', () => {
          throw new Error('one');
        }),
        failing('async', () => Promise.reject(new Error('two'))),
        { ...dueAt('fine', undefined), run: () => void ran.push('fine') },
      );
      await scheduler.run();
      expect(ran).toEqual(['fine']);
      expect(failures).toEqual(['job_failed', 'job_failed']);
      const lines = logged.mock.calls.map(([line]) => JSON.parse(String(line)));
      expect(lines).toMatchObject([
        { event: 'job_failed', job: 'sync' },
        { event: 'job_failed', job: 'async' },
      ]);
      expect(await alarm()).toBe(start + limits.jobs.retryMs);
    }));

  it('does not delay work that becomes due while a slow job runs', () =>
    withScheduler(async ({ scheduler, jobs, alarm }) => {
      scheduler.scheduleBy(start + 100);
      let during: number | null = null;
      jobs.push({
        ...dueAt('slow', start + 900),
        run: async () => {
          scheduler.scheduleBy(start + 300);
          during = await alarm();
        },
      });
      await scheduler.run();
      expect(during).toBe(start + 300);
      expect(await alarm()).toBe(start + 900);
    }));
});
