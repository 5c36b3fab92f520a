/** The token bucket: never allows more than its rate, never delays longer than it says, and drops full buckets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../shared/token-bucket.ts';

const anyLimits = fc.record({
  burst: fc.integer({ min: 1, max: 60 }),
  perSecond: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.1, max: 30, noNaN: true })),
});
const anyCost = fc.constantFrom(1, 1, 0.1, 0.5, 0.2);
/** Actions with a time gap to the previous one, which is negative if the clock is set back. */
const actions = (leastGap: number) =>
  fc.array(fc.record({ gap: fc.integer({ min: leastGap, max: 4_000 }), cost: anyCost }), { maxLength: 300 });
const start = 1_790_000_000_000;

describe('a token bucket', () => {
  it('allows a burst, and then its rate per second', () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 5 });
    for (let turn = 0; turn < 10; turn++) expect(bucket.charge('a', start)).toBe(undefined);
    expect(bucket.charge('a', start)).toBe(1);
    expect(bucket.charge('b', start)).toBe(undefined);
    expect(bucket.charge('a', start + 199)).toBe(1);
    expect(bucket.charge('a', start + 200)).toBe(undefined);
    expect(bucket.charge('a', start + 200)).toBe(1);
    for (let turn = 0; turn < 5; turn++) expect(bucket.charge('a', start + 1_200)).toBe(undefined);
    expect(bucket.charge('a', start + 1_200)).toBe(1);
  });

  it('returns the seconds that an expensive action has to wait, and allows cheap ones in between', () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 0.5 });
    expect(bucket.charge('a', start, 9)).toBe(undefined);
    expect(bucket.charge('a', start, 5)).toBe(8);
    expect(bucket.charge('a', start, 0.1)).toBe(undefined);
  });

  it('charges at most the burst for an action that costs more', () => {
    const bucket = new TokenBucket({ burst: 3, perSecond: 1 });
    expect(bucket.charge('a', start, 100)).toBe(undefined);
    expect(bucket.charge('a', start, 100)).toBe(3);
  });

  it('never allows more than the burst and the refill of the elapsed time, even if the clock is set back', () => {
    fc.assert(
      fc.property(anyLimits, actions(-5_000), (limits, sequence) => {
        const bucket = new TokenBucket(limits);
        let now = start;
        let elapsed = 0;
        let allowed = 0;
        for (const { gap, cost } of sequence) {
          now += gap;
          elapsed += Math.max(0, gap);
          if (bucket.charge('a', now, cost) === undefined) allowed += cost;
          expect(allowed).toBeLessThanOrEqual(limits.burst + (limits.perSecond * elapsed) / 1_000 + 1e-6);
        }
      }),
    );
  });

  it('allows an action after the returned time, which is at least a second', () => {
    fc.assert(
      fc.property(anyLimits, actions(0), anyCost, (limits, sequence, cost) => {
        const bucket = new TokenBucket(limits);
        let now = start;
        for (const action of sequence) {
          now += Math.floor(action.gap / 20);
          bucket.charge('a', now, action.cost);
        }
        const wait = bucket.charge('a', now, cost);
        if (wait === undefined) return;
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThanOrEqual(Math.max(1, Math.ceil(limits.burst / limits.perSecond)));
        expect(bucket.charge('a', now + wait * 1_000, cost)).toBe(undefined);
      }),
    );
  });

  it('charges nothing for refused actions or for retryAfter', () => {
    fc.assert(
      fc.property(anyLimits, actions(0), fc.integer({ min: 0, max: 50 }), (limits, sequence, times) => {
        const [queried, untouched] = [new TokenBucket(limits), new TokenBucket(limits)];
        let now = start;
        for (const { gap, cost } of sequence) {
          now += Math.floor(gap / 20);
          for (let time = 0; time < times % 5; time++) queried.retryAfter('a', now, cost);
          const wait = untouched.charge('a', now, cost);
          expect(queried.retryAfter('a', now, cost)).toBe(wait);
          expect(queried.charge('a', now, cost)).toBe(wait);
          if (wait !== undefined) for (let time = 0; time < times; time++) queried.charge('a', now, cost);
        }
      }),
    );
  });

  it('does not delay longer if the clock is set back', () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 });
    bucket.charge('a', start, 2);
    const before = start - 86_400_000;
    expect(bucket.charge('a', before)).toBe(1);
    expect(bucket.charge('a', before + 1_000)).toBe(undefined);
  });

  it('drops buckets that are full again, however many keys it has seen', () => {
    const bucket = new TokenBucket({ burst: 10, perSecond: 5 });
    let most = 0;
    for (let turn = 0; turn < 200_000; turn++) {
      bucket.charge(`${turn}`, start + turn);
      most = Math.max(most, bucket.size);
    }
    // A bucket with one charge is full again after 200 ms, so 200 are in use at any time.
    expect(most).toBeLessThanOrEqual(1_000);
  });

  it('keeps buckets that are not full', () => {
    const bucket = new TokenBucket({ burst: 1, perSecond: 0.001 });
    bucket.charge('spent', start);
    for (let turn = 0; turn < 5_000; turn++) bucket.charge(`${turn}`, start + turn);
    expect(bucket.charge('spent', start + 5_000)).toBe(995);
    expect(bucket.size).toBe(5_001);
  });
});
