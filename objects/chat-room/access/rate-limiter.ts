/**
 * Rate limits of participants and addresses in a room, over sockets and REST together. Kept in memory: a room that
 * hibernates has been quiet for longer than every bucket takes to refill.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { RoleName } from '../../../shared/participant.ts';
import { TokenBucket } from '../../../shared/token-bucket.ts';

/** Whose buckets an action is charged to. */
export interface RateLimitSubject {
  /** A participant's id, or a presence key for those without one. */
  key: string;
  /** Digest of the network address. */
  address: string;
  role: RoleName;
}

/** The cost of one action of each kind, in messages. */
const actionCosts = {
  send: 1,
  repeat: 0.1,
  edit: 0.5,
  delete: 0.5,
  react: 0.3,
  typing: 0.2,
  read: 0.1,
  moderate: 0.5,
  report: 1,
  erase: 5,
  auth: 0.5,
  history: 0.5,
  search: 0.5,
  ping: 0.1,
} as const;

export type LimitedAction = keyof typeof actionCosts;

export class RoomRateLimiter {
  /** False if the service runs with `RATE_LIMITS=off`. */
  readonly isOn: boolean;
  readonly #participantBuckets = new TokenBucket(limits.rate.participantMessages);
  readonly #addressBuckets = new TokenBucket(limits.rate.addressMessages);
  readonly #refusals = new WeakMap<WebSocket, { since: number; count: number }>();

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** Charges an action to its participant and address. The operator is exempt. @returns `too_fast` (429) */
  admit({ key, address, role }: RateLimitSubject, action: LimitedAction, now: number): Result<void> {
    if (!this.isOn || role === 'operator') return ok(undefined);
    const cost = actionCosts[action];
    const waits = [
      this.#participantBuckets.retryAfter(key, now, cost),
      this.#addressBuckets.retryAfter(address, now, cost),
    ];
    const retryAfter = Math.max(...waits.map((wait) => wait ?? 0));
    if (retryAfter > 0) return fail('too_fast', { retryAfter });
    this.#participantBuckets.charge(key, now, cost);
    this.#addressBuckets.charge(address, now, cost);
    return ok(undefined);
  }

  /**
   * Charges the first `auth` of a socket to its address.
   * @returns `flooding` (429), which closes the socket with a code after which clients reconnect
   */
  admitUnauthenticated(address: string, now: number): Result<void> {
    const retryAfter = this.isOn ? this.#addressBuckets.charge(address, now, actionCosts.auth) : undefined;
    return retryAfter === undefined ? ok(undefined) : fail('flooding', { retryAfter });
  }

  /** Counts a failure that was sent to a socket. @returns `flooding` (429), which closes it, above the limit */
  countRefusal(socket: WebSocket, now: number): Result<void> {
    const current = this.#refusals.get(socket);
    const window = current && now - current.since < limits.rate.floodingWindowMs ? current : { since: now, count: 0 };
    const count = window.count + 1;
    this.#refusals.set(socket, { since: window.since, count });
    if (!this.isOn || count < limits.rate.floodingFailures) return ok(undefined);
    return fail('flooding', { retryAfter: limits.rate.floodingWindowMs / 1_000 });
  }
}
