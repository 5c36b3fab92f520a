/** What a person shows to a room, and renewing it before it expires. */

/** A token, or what gets one: called before each `auth`, so that one that expires is never shown twice. */
export type TokenProvider = string | (() => string | Promise<string>);

/** What a person shows to a room. */
export interface RoomCredentials {
  /** Says who they are; without one they may only read. */
  token?: TokenProvider | undefined;
  /** Says what they may. */
  adminToken?: string | undefined;
  /** Opens a private room: its join key, or an invitation. */
  joinKey?: string | undefined;
  name?: string | undefined;
}

/** Milliseconds before its end at which a token is renewed: a tenth of what is left, within bounds, at most half. */
const minLeadMs = 5_000;
const maxLeadMs = 60_000;

/** Milliseconds until then for a token that the room took, and that has expired by this device's clock: it is wrong. */
const clockSkewRefreshMs = 30_000;

/** The longest pause that a timer can make. */
const maxTimerMs = 2 ** 31 - 1;

/** Milliseconds from `at` until a token that expires at `expiresAt` is to be renewed. */
export function refreshDelay(expiresAt: number, at: number): number {
  const remainingMs = expiresAt - at;
  if (remainingMs <= 0) return clockSkewRefreshMs;
  const leadMs = Math.min(Math.max(remainingMs / 10, minLeadMs), maxLeadMs, remainingMs / 2);
  return Math.min(remainingMs - leadMs, maxTimerMs);
}
