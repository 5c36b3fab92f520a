/** Calls from different client addresses, for tests that run with rate limits on. */
import { makeRoom } from './calls.ts';

let addresses = 0;

/** An address that no other test of this file uses. */
export function freshAddress(): string {
  addresses += 1;
  return `198.51.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
}

/** The headers of a request from that address. */
export function from(address: string, headers: Record<string, string> = {}): Record<string, string> {
  return { 'CF-Connecting-IP': address, ...headers };
}

/** The real clock, which the simulated binding has even while a test fakes its own. */
const now = Date.now.bind(Date);
const minuteNow = () => Math.floor(now() / 60_000);

/**
 * A test that counts on one window of the simulated rate limit binding, which is a whole minute of the clock. If a minute
 * ends while the test runs, it is run again; it has to use fresh addresses.
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

/** Creates a room from an address of its own, so that no other address's rate limit is used. */
export function makeRoomElsewhere(): Promise<string> {
  return makeRoom({}, from(freshAddress()));
}
