/** A clock that tests move. Each test that moves it must end with `vi.useRealTimers()`. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, vi } from 'vitest';
import { roomObject } from './calls.ts';
import { alarmOf } from './storage.ts';

/** Sets `Date`; timers stay real. */
export function setClock(now: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now });
}

/** Advances the clock and runs the room's alarm, which must be due by then. */
export async function runAlarmAfter(link: string, milliseconds: number): Promise<void> {
  const room = await roomObject(link);
  setClock(Date.now() + milliseconds);
  const alarm = await alarmOf(link);
  expect(alarm).toBeLessThanOrEqual(Date.now());
  expect(await runDurableObjectAlarm(room)).toBe(true);
}

/**
 * Advances the clock from alarm to alarm and runs each, as the runtime would, until the room has no alarm at or before
 * `until`.
 * @returns the times of the alarms that ran
 */
export async function runAlarmsUntil(link: string, until: number): Promise<number[]> {
  const room = await roomObject(link);
  const ran: number[] = [];
  for (;;) {
    const alarm = await alarmOf(link);
    if (alarm === null || alarm > until) return ran;
    setClock(Math.max(alarm, Date.now()));
    await runDurableObjectAlarm(room);
    ran.push(alarm);
  }
}
