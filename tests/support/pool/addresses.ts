/** Callers from different addresses, where the limits are on. */
import { makeRoom } from './calls.ts';

let addresses = 0;

/** An address that no other test of this file uses. */
export function freshAddress(): string {
  addresses += 1;
  return `198.51.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
}

/** The headers of a request from there. */
export function from(address: string, headers: Record<string, string> = {}): Record<string, string> {
  return { 'CF-Connecting-IP': address, ...headers };
}

/** The real clock, which the simulated binding has even while a test fakes its own. */
const now = Date.now.bind(Date);
const minuteNow = () => Math.floor(now() / 60_000);

/**
 * A test that counts on one window of the simulated rate limit binding, which is a whole minute of the clock. Where a
 * minute ended while the test ran, it is run again; it has to use fresh addresses.
 */
export function withinAMinute<Values extends unknown[]>(
  test: (...values: Values) => Promise<void>,
): (...values: Values) => Promise<void> {
  return async (...values) => {
    for (let tries = 1; ; tries++) {
      const minute = minuteNow();
      try {
        return await test(...values);
      } catch (error) {
        if (minuteNow() === minute || tries === 5) throw error;
      }
    }
  };
}

/** A room that somebody else has made, so that nobody's allowance is touched. */
export function makeRoomElsewhere(): Promise<string> {
  return makeRoom({}, from(freshAddress()));
}
