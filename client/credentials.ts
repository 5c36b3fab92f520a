/** What a person shows to a room, and renewing it before it expires. */

/** A token, or what gets one: called before each `auth`, so that one that expires is never shown twice. */
export type TokenSource = string | (() => string | Promise<string>);

/** What a person shows to a room. */
export interface RoomCredentials {
  /** Says who they are; without one they may only read. */
  token?: TokenSource | undefined;
  /** Says what they may. */
  adminToken?: string | undefined;
  /** Opens a private room: its join key, or an invitation. */
  joinKey?: string | undefined;
  name?: string | undefined;
}

/** Milliseconds before its end at which a token is renewed: a tenth of what is left, within bounds, at most half. */
const leastAheadMs = 5_000;
const mostAheadMs = 60_000;

/** Milliseconds until then for a token that the room took, and that has expired by this device's clock: it is wrong. */
const renewalByWrongClockMs = 30_000;

/** The longest pause that a timer can make. */
const longestMs = 2 ** 31 - 1;

/** Milliseconds from `at` until a token that expires at `expiresAt` is to be renewed. */
export function renewalIn(expiresAt: number, at: number): number {
  const left = expiresAt - at;
  if (left <= 0) return renewalByWrongClockMs;
  const ahead = Math.min(Math.max(left / 10, leastAheadMs), mostAheadMs, left / 2);
  return Math.min(left - ahead, longestMs);
}
