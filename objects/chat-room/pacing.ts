/**
 * How fast people and addresses may act in a room, over sockets and REST together. Kept in memory: a room that may
 * sleep has been quiet for longer than it takes every bucket to fill.
 */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import { Pace } from '../../shared/pace.ts';
import type { RoleName } from '../../shared/participant.ts';

/** Who acts: a person, a lease or a socket, at an address, in a role. */
export interface Actor {
  key: string;
  /** A digest. */
  address: string;
  role: RoleName;
}

/** What one of each costs, in messages. */
const costs = {
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
export type Act = keyof typeof costs;

export class Pacing {
  /** Whether anybody has to keep to a pace. */
  readonly isOn: boolean;
  readonly #people = new Pace(limits.personPace);
  readonly #addresses = new Pace(limits.addressPace);
  readonly #refusals = new WeakMap<WebSocket, { since: number; count: number }>();

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** Lets somebody act, or not yet: `too_fast` (429). Nothing keeps the operator. */
  admit({ key, address, role }: Actor, act: Act, now: number): Outcome<void> {
    if (!this.isOn || role === 'operator') return done(undefined);
    const cost = costs[act];
    const waits = [this.#people.wait(key, now, cost), this.#addresses.wait(address, now, cost)];
    const retryAfter = Math.max(...waits.map((wait) => wait ?? 0));
    if (retryAfter > 0) return fail('too_fast', { retryAfter });
    this.#people.charge(key, now, cost);
    this.#addresses.charge(address, now, cost);
    return done(undefined);
  }

  /**
   * Lets a socket say who it is. Its address pays; who comes too fast is closed, and comes back by itself.
   * @returns `flooding` (429, and the end of the socket)
   */
  admitNewcomer(address: string, now: number): Outcome<void> {
    const retryAfter = this.isOn ? this.#addresses.charge(address, now, costs.auth) : undefined;
    return retryAfter === undefined ? done(undefined) : fail('flooding', { retryAfter });
  }

  /** Notes that a socket's frame was refused; `flooding` (429, and its end) once that is too often. */
  refused(socket: WebSocket, now: number): Outcome<void> {
    const known = this.#refusals.get(socket);
    const earlier = known && now - known.since < limits.floodingMs ? known : { since: now, count: 0 };
    const count = earlier.count + 1;
    this.#refusals.set(socket, { since: earlier.since, count });
    if (!this.isOn || count < limits.floodingRefusals) return done(undefined);
    return fail('flooding', { retryAfter: limits.floodingMs / 1_000 });
  }
}
