/**
 * How fast somebody may go: a bucket of tokens for each key, full at first, from which every act takes what it costs and
 * which fills again with time. A full bucket is as good as none, so only those in use are kept.
 */

/** What a pace is: so many acts at once, and so many a second after. */
export interface TokenBucketLimits {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  /** Of the burst, as of `at`. */
  used: number;
  /** Milliseconds. */
  at: number;
}

/** Buckets up to which nobody looks for full ones. */
const minSweepSize = 1_000;

/** Sums of fractions miss their mark by less than this. */
const roundingError = 1e-9;

export class TokenBucket {
  readonly #limits: TokenBucketLimits;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = minSweepSize;

  constructor(limits: TokenBucketLimits) {
    this.#limits = limits;
  }

  /** Buckets that are kept. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Takes what an act costs.
   * @param now milliseconds
   * @param cost in acts; one that costs more than the burst takes all of it
   * @returns undefined where it may happen; else the whole seconds to wait, and nothing was taken
   */
  charge(key: string, now: number, cost = 1): number | undefined {
    const retryAfter = this.retryAfter(key, now, cost);
    if (retryAfter !== undefined) return retryAfter;
    const bucket = this.#buckets.get(key) ?? this.#open(key, now);
    bucket.used += this.#capped(cost);
    return undefined;
  }

  /** What `charge` would say, without taking anything. */
  retryAfter(key: string, now: number, cost = 1): number | undefined {
    const bucket = this.#buckets.get(key);
    if (!bucket) return undefined;
    this.#refill(bucket, now);
    const deficit = bucket.used + this.#capped(cost) - this.#limits.burst;
    return deficit <= roundingError
      ? undefined
      : Math.max(1, Math.ceil(deficit / this.#limits.perSecond - roundingError));
  }

  /** Gives back what an act cost that was none. */
  refund(key: string, cost = 1): void {
    const bucket = this.#buckets.get(key);
    if (bucket) bucket.used = Math.max(0, bucket.used - this.#capped(cost));
  }

  /** Takes all that is left. */
  drain(key: string, now: number): void {
    const bucket = this.#buckets.get(key) ?? this.#open(key, now);
    this.#refill(bucket, now);
    bucket.used = this.#limits.burst;
  }

  #capped(cost: number): number {
    return Math.min(cost, this.#limits.burst);
  }

  /** A clock that was put back fills nothing, but counts on from where it is. */
  #refill(bucket: Bucket, now: number): void {
    const seconds = Math.max(0, now - bucket.at) / 1_000;
    bucket.used = Math.max(0, bucket.used - seconds * this.#limits.perSecond);
    bucket.at = now;
  }

  /** Before the buckets become too many the full ones go: each time as many may be added as were left. */
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
