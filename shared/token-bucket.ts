/**
 * Token buckets, one per key. A bucket starts full; each action takes its cost, and the bucket refills over time. Full
 * buckets are not stored.
 */

export interface TokenBucketLimits {
  /** Capacity, in actions. */
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  /** Used part of the burst at the time `at`, in actions. */
  used: number;
  /** Milliseconds. */
  at: number;
}

/** Number of buckets below which full ones are not removed. */
const minSweepSize = 1_000;

/** Upper bound of the rounding error of summed fractions. */
const roundingError = 1e-9;

export class TokenBucket {
  readonly #limits: TokenBucketLimits;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = minSweepSize;

  constructor(limits: TokenBucketLimits) {
    this.#limits = limits;
  }

  /** Number of stored buckets. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes the cost of an action.
   * @param now milliseconds
   * @param cost in actions, at most the burst; a higher cost counts as the burst
   * @returns undefined if the action is allowed; otherwise the whole seconds to wait, and nothing was taken
   */
  charge(key: string, now: number, cost = 1): number | undefined {
    const retryAfter = this.retryAfter(key, now, cost);
    if (retryAfter !== undefined) return retryAfter;
    const bucket = this.#buckets.get(key) ?? this.#open(key, now);
    bucket.used += this.#capped(cost);
    return undefined;
  }

  /** The result of `charge`, without taking anything. */
  retryAfter(key: string, now: number, cost = 1): number | undefined {
    const bucket = this.#buckets.get(key);
    if (!bucket) return undefined;
    this.#refill(bucket, now);
    const deficit = bucket.used + this.#capped(cost) - this.#limits.burst;
    return deficit <= roundingError
      ? undefined
      : Math.max(1, Math.ceil(deficit / this.#limits.perSecond - roundingError));
  }

  /** Returns the cost of an action that did not count. */
  refund(key: string, cost = 1): void {
    const bucket = this.#buckets.get(key);
    if (bucket) bucket.used = Math.max(0, bucket.used - this.#capped(cost));
  }

  /** Empties the bucket. */
  drain(key: string, now: number): void {
    const bucket = this.#buckets.get(key) ?? this.#open(key, now);
    this.#refill(bucket, now);
    bucket.used = this.#limits.burst;
  }

  #capped(cost: number): number {
    return Math.min(cost, this.#limits.burst);
  }

  /** If the clock was set back, nothing is refilled, and time counts from the new value. */
  #refill(bucket: Bucket, now: number): void {
    const seconds = Math.max(0, now - bucket.at) / 1_000;
    bucket.used = Math.max(0, bucket.used - seconds * this.#limits.perSecond);
    bucket.at = now;
  }

  /** Removes full buckets whenever the number of buckets has doubled since the last removal. */
  #open(key: string, now: number): Bucket {
    if (this.#buckets.size >= this.#sweepAt) {
      for (const [other, bucket] of this.#buckets) {
        this.#refill(bucket, now);
        if (bucket.used === 0) this.#buckets.delete(other);
      }
      this.#sweepAt = Math.max(minSweepSize, 2 * this.#buckets.size);
    }
    const bucket = { used: 0, at: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
