/** Time and randomness, injected so that tests control them. */
import { type SetTimer, systemTimer } from '../../shared/timeout.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs a callback later; the callback is lost if the object is evicted first. */
  after: SetTimer;
  /** At least 0 and less than 1. */
  random(): number;
}

/** The clock of the runtime. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: systemTimer,
  random: () => Math.random(),
};
