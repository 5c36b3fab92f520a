/**
 * Guesses at secrets: how many wrong tokens an address may show in a minute. One that has shown more is not heard until
 * time has passed, not even with the right one; from elsewhere that one works as ever.
 */
import { done, fail, type Outcome } from './failures.ts';
import { limits } from './limits.ts';
import { Pace } from './pace.ts';

/** What lies outside. */
export interface GuessWorld {
  isOn: boolean;
  /** Counts a guess of that address with those made elsewhere; `success` is false once there were too many. */
  everywhere: { limit(guess: { key: string }): Promise<{ success: boolean }> } | undefined;
}

export class Guesses {
  readonly #pace = new Pace({ burst: limits.guessesPerMinute, perSecond: limits.guessesPerMinute / 60 });
  readonly #world: GuessWorld;

  constructor(world: GuessWorld) {
    this.#world = world;
  }

  /** Whether that address may show a secret: `too_many_guesses` (429). */
  admit(address: string, now: number): Outcome<void> {
    const retryAfter = this.#world.isOn ? this.#pace.wait(address, now) : undefined;
    return retryAfter === undefined ? done(undefined) : fail('too_many_guesses', { retryAfter });
  }

  /** Notes that it showed a wrong one. */
  wrong(address: string, now: number): void {
    if (!this.#world.isOn) return;
    this.#pace.charge(address, now);
    const counted = this.#world.everywhere?.limit({ key: address });
    // Who was counted out elsewhere is not heard here either. A count that fails says nothing.
    counted?.then(
      ({ success }) => success || this.#pace.exhaust(address, now),
      () => undefined,
    );
  }
}
