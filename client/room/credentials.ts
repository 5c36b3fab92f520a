/** The credentials of a client in a room, and the time at which a token is refreshed. */

/** A token, or a function that gets one. The function is called before each `auth`, so an expired token is not sent. */
export type TokenProvider = string | (() => string | Promise<string>);

export interface RoomCredentials {
  /** Identifies the participant. Without it the client can only read. */
  token?: TokenProvider | undefined;
  /** Grants admin rights in the room. */
  adminToken?: string | undefined;
  /** Grants access to a private room: its join key, or an invitation. */
  joinKey?: string | undefined;
  /** The display name. */
  name?: string | undefined;
}

/** Milliseconds before its expiry at which a token is refreshed: a tenth of the remaining time, within these bounds. */
const minLeadMs = 5_000;
const maxLeadMs = 60_000;

/** Delay in milliseconds if a token that the room accepted has expired by this device's clock: the clock is wrong. */
const clockSkewRefreshMs = 30_000;

/** The longest delay of `setTimeout`. */
const maxTimerMs = 2 ** 31 - 1;

/** @returns milliseconds from `at` until a token that expires at `expiresAt` is refreshed: at least half of that time */
export function refreshDelay(expiresAt: number, at: number): number {
  const remainingMs = expiresAt - at;
  if (remainingMs <= 0) return clockSkewRefreshMs;
  const leadMs = Math.min(Math.max(remainingMs / 10, minLeadMs), maxLeadMs, remainingMs / 2);
  return Math.min(remainingMs - leadMs, maxTimerMs);
}
