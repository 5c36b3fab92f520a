/** The clock, as a test moves it. Each test that does must end with `vi.useRealTimers()`. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, vi } from 'vitest';
import { roomObject } from './calls.ts';

/** Sets the clock; the timers go on. */
export function setClock(now: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now });
}

/** Lets a time pass, and then the alarm of a room, which must have been due. */
export async function pass(link: string, milliseconds: number): Promise<void> {
  const room = await roomObject(link);
  setClock(Date.now() + milliseconds);
  const alarm = await runInDurableObject(room, (_, state) => state.storage.getAlarm());
  expect(alarm).toBeLessThanOrEqual(Date.now());
  expect(await runDurableObjectAlarm(room)).toBe(true);
}

/**
 * Lets the time pass alarm by alarm, as it would be, until a room waits for nothing any more or `until` is reached.
 * @returns when the alarms were
 */
export async function passAlarms(link: string, until: number): Promise<number[]> {
  const room = await roomObject(link);
  const rung: number[] = [];
  for (;;) {
    const alarm = await runInDurableObject(room, (_, state) => state.storage.getAlarm());
    if (alarm === null || alarm > until) return rung;
    setClock(Math.max(alarm, Date.now()));
    await runDurableObjectAlarm(room);
    rung.push(alarm);
  }
}
