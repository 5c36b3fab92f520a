/**
 * How fast people and addresses may act in a room, over sockets and REST together. Kept in memory: a room that may
 * sleep has been quiet for longer than it takes every bucket to fill.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { RoleName } from '../../../shared/participant.ts';
import { TokenBucket } from '../../../shared/token-bucket.ts';

/** Who acts: a person, a lease or a socket, at an address, in a role. */
export interface RateLimitSubject {
  key: string;
  /** A digest. */
  address: string;
  role: RoleName;
}

/** What one of each costs, in messages. */
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

/** What somebody can do in a room at a cost. */
export type LimitedAction = keyof typeof actionCosts;

export class RoomRateLimiter {
  /** Whether anybody has to keep to a pace. */
  readonly isOn: boolean;
  readonly #participantBuckets = new TokenBucket(limits.participantMessageRate);
  readonly #addressBuckets = new TokenBucket(limits.addressMessageRate);
  readonly #refusals = new WeakMap<WebSocket, { since: number; count: number }>();

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** Lets somebody act, or not yet: `too_fast` (429). Nothing keeps the operator. */
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
   * Lets a socket say who it is. Its address pays; who comes too fast is closed, and comes back by itself.
   * @returns `flooding` (429, and the end of the socket)
   */
  admitUnauthenticated(address: string, now: number): Result<void> {
    const retryAfter = this.isOn ? this.#addressBuckets.charge(address, now, actionCosts.auth) : undefined;
    return retryAfter === undefined ? ok(undefined) : fail('flooding', { retryAfter });
  }

  /** Notes that a socket's frame was refused; `flooding` (429, and its end) once that is too often. */
  countRefusal(socket: WebSocket, now: number): Result<void> {
    const current = this.#refusals.get(socket);
    const window = current && now - current.since < limits.floodingWindowMs ? current : { since: now, count: 0 };
    const count = window.count + 1;
    this.#refusals.set(socket, { since: window.since, count });
    if (!this.isOn || count < limits.floodingFailures) return ok(undefined);
    return fail('flooding', { retryAfter: limits.floodingWindowMs / 1_000 });
  }
}
