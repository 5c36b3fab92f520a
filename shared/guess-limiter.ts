/**
 * Guesses at secrets: how many wrong tokens an address may show in a minute. One that has shown more is not heard until
 * time has passed, not even with the right one; from elsewhere that one works as ever.
 */
import { fail, ok, type Result } from './failures.ts';
import { limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** What lies outside. */
export interface GuessLimiterDependencies {
  isEnabled: boolean;
  /** Counts a guess of that address with those made elsewhere; `success` is false once there were too many. */
  globalLimit: { limit(guess: { key: string }): Promise<{ success: boolean }> } | undefined;
}

export class GuessLimiter {
  readonly #bucket = new TokenBucket({ burst: limits.guessesPerMinute, perSecond: limits.guessesPerMinute / 60 });
  readonly #dependencies: GuessLimiterDependencies;

  constructor(dependencies: GuessLimiterDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Takes a guess of that address, before the secret is looked at: many at once are not more than one by one.
   * @returns `too_many_guesses` (429) where it has none left
   */
  charge(address: string, now: number): Result<void> {
    const retryAfter = this.#dependencies.isEnabled ? this.#bucket.charge(address, now) : undefined;
    return retryAfter === undefined ? ok(undefined) : fail('too_many_guesses', { retryAfter });
  }

  /** Gives a guess back that was none: the secret was right, or was not looked at. */
  refund(address: string): void {
    if (this.#dependencies.isEnabled) this.#bucket.refund(address);
  }

  /** Counts a wrong one with those made elsewhere; who was counted out there is not heard here either. */
  async recordWrong(address: string, now: number): Promise<void> {
    if (!(await this.#isWithinGlobalLimit(address))) this.#bucket.drain(address, now);
  }

  /** Counts a secret that is about to be looked at with those shown elsewhere: `too_many_guesses` (429). */
  async countGlobally(address: string): Promise<Result<void>> {
    const isWithinLimit = await this.#isWithinGlobalLimit(address);
    return isWithinLimit ? ok(undefined) : fail('too_many_guesses', { retryAfter: limits.rateLimitWindowSeconds });
  }

  /** A count that fails says nothing. */
  async #isWithinGlobalLimit(address: string): Promise<boolean> {
    const { isEnabled: isOn, globalLimit: everywhere } = this.#dependencies;
    if (!isOn || !everywhere) return true;
    return everywhere.limit({ key: address }).then(
      ({ success }) => success,
      () => true,
    );
  }
}
