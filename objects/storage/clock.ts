/** Time and chance, which come in from outside so that a test can say what they are. */
import { type SetTimer, systemTimer } from '../../shared/timeout.ts';

/** What an object knows of time and chance. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Does something later, if the object still lives. */
  after: SetTimer;
  /** At least 0 and less than 1. */
  random(): number;
}

/** The runtime's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: systemTimer,
  random: () => Math.random(),
};
