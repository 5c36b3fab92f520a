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

/** The windows of the simulated binding are whole minutes of the clock: a test must not start near the end of one. */
export async function awayFromTheMinute(): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 15_000) await new Promise((resolve) => setTimeout(resolve, left));
}

/** Creates a room from an address of its own, so that no other address's rate limit is used. */
export function makeRoomElsewhere(): Promise<string> {
  return makeRoom({}, from(freshAddress()));
}
