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

  /**
   * Takes a guess of that address, before the secret is looked at: many at once are not more than one by one.
   * @returns `too_many_guesses` (429) where it has none left
   */
  take(address: string, now: number): Outcome<void> {
    const retryAfter = this.#world.isOn ? this.#pace.charge(address, now) : undefined;
    return retryAfter === undefined ? done(undefined) : fail('too_many_guesses', { retryAfter });
  }

  /** Gives a guess back that was none: the secret was right, or was not looked at. */
  giveBack(address: string): void {
    if (this.#world.isOn) this.#pace.refund(address);
  }

  /** Counts a wrong one with those made elsewhere; who was counted out there is not heard here either. */
  async wrong(address: string, now: number): Promise<void> {
    if (!(await this.#isWithinElsewhere(address))) this.#pace.exhaust(address, now);
  }

  /** Counts a secret that is about to be looked at with those shown elsewhere: `too_many_guesses` (429). */
  async countElsewhere(address: string): Promise<Outcome<void>> {
    const isWithin = await this.#isWithinElsewhere(address);
    return isWithin ? done(undefined) : fail('too_many_guesses', { retryAfter: limits.allowanceSeconds });
  }

  /** A count that fails says nothing. */
  async #isWithinElsewhere(address: string): Promise<boolean> {
    const { isOn, everywhere } = this.#world;
    if (!isOn || !everywhere) return true;
    return everywhere.limit({ key: address }).then(
      ({ success }) => success,
      () => true,
    );
  }
}
