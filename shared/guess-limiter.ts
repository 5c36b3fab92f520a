/**
 * Limits the wrong secrets per address and minute. An address over the limit is blocked for a while, even with a
 * correct secret; the same secret still works from other addresses.
 */
import { fail, ok, type Result } from './failures.ts';
import { limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

export interface GuessLimiterDependencies {
  isEnabled: boolean;
  /** Counts a guess across isolates; `success` is false if the address is over the limit. */
  globalLimit: { limit(guess: { key: string }): Promise<{ success: boolean }> } | undefined;
}

export class GuessLimiter {
  readonly #bucket = new TokenBucket({
    burst: limits.rate.guessesPerMinute,
    perSecond: limits.rate.guessesPerMinute / 60,
  });
  readonly #dependencies: GuessLimiterDependencies;

  constructor(dependencies: GuessLimiterDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Charges a guess before the secret is checked, so that concurrent guesses do not exceed the limit.
   * @returns `too_many_guesses` (429) if the address has no guess left
   */
  charge(address: string, now: number): Result<void> {
    const retryAfter = this.#dependencies.isEnabled ? this.#bucket.charge(address, now) : undefined;
    return retryAfter === undefined ? ok(undefined) : fail('too_many_guesses', { retryAfter });
  }

  /** Refunds a guess whose secret was correct or not checked. */
  refund(address: string): void {
    if (this.#dependencies.isEnabled) this.#bucket.refund(address);
  }

  /** Counts a wrong secret across isolates, and blocks the address in this limiter if it is over the global limit. */
  async recordWrong(address: string, now: number): Promise<void> {
    if (!(await this.#isWithinGlobalLimit(address))) this.#bucket.drain(address, now);
  }

  /** Counts a secret across isolates before it is checked. @returns `too_many_guesses` (429) over that limit */
  async countGlobally(address: string): Promise<Result<void>> {
    const isWithinLimit = await this.#isWithinGlobalLimit(address);
    return isWithinLimit ? ok(undefined) : fail('too_many_guesses', { retryAfter: limits.rate.windowSeconds });
  }

  async #isWithinGlobalLimit(address: string): Promise<boolean> {
    const { isEnabled, globalLimit } = this.#dependencies;
    if (!isEnabled || !globalLimit) return true;
    // If the count fails, the address is not blocked.
    return globalLimit.limit({ key: address }).then(
      ({ success }) => success,
      () => true,
    );
  }
}
