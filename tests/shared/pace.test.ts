/** How fast somebody may go: never faster than was said, never longer held up than was said, and never remembered for ever. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../shared/token-bucket.ts';

const anyLimits = fc.record({
  burst: fc.integer({ min: 1, max: 60 }),
  perSecond: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.1, max: 30, noNaN: true })),
});
const anyCost = fc.constantFrom(1, 1, 0.1, 0.5, 0.2);
/** Acts, each some time after the one before; a clock may also be put back. */
const acts = (leastGap: number) =>
  fc.array(fc.record({ gap: fc.integer({ min: leastGap, max: 4_000 }), cost: anyCost }), { maxLength: 300 });
const start = 1_790_000_000_000;

describe('a pace', () => {
  it('lets a burst through, and then so many a second', () => {
    const pace = new TokenBucket({ burst: 10, perSecond: 5 });
    for (let turn = 0; turn < 10; turn++) expect(pace.charge('a', start)).toBe(undefined);
    expect(pace.charge('a', start)).toBe(1);
    expect(pace.charge('b', start)).toBe(undefined);
    expect(pace.charge('a', start + 199)).toBe(1);
    expect(pace.charge('a', start + 200)).toBe(undefined);
    expect(pace.charge('a', start + 200)).toBe(1);
    for (let turn = 0; turn < 5; turn++) expect(pace.charge('a', start + 1_200)).toBe(undefined);
    expect(pace.charge('a', start + 1_200)).toBe(1);
  });

  it('says the seconds that a dear act has to wait, and lets cheap ones through meanwhile', () => {
    const pace = new TokenBucket({ burst: 10, perSecond: 0.5 });
    expect(pace.charge('a', start, 9)).toBe(undefined);
    expect(pace.charge('a', start, 5)).toBe(8);
    expect(pace.charge('a', start, 0.1)).toBe(undefined);
  });

  it('asks no more than all of the burst of an act that costs more', () => {
    const pace = new TokenBucket({ burst: 3, perSecond: 1 });
    expect(pace.charge('a', start, 100)).toBe(undefined);
    expect(pace.charge('a', start, 100)).toBe(3);
  });

  it('never lets more through than the burst and what came back in the time that passed, whatever the clock does', () => {
    fc.assert(
      fc.property(anyLimits, acts(-5_000), (limits, sequence) => {
        const pace = new TokenBucket(limits);
        let now = start;
        let passed = 0;
        let through = 0;
        for (const { gap, cost } of sequence) {
          now += gap;
          passed += Math.max(0, gap);
          if (pace.charge('a', now, cost) === undefined) through += cost;
          expect(through).toBeLessThanOrEqual(limits.burst + (limits.perSecond * passed) / 1_000 + 1e-6);
        }
      }),
    );
  });

  it('lets through what waited as long as it said, and never says less than a second', () => {
    fc.assert(
      fc.property(anyLimits, acts(0), anyCost, (limits, sequence, cost) => {
        const pace = new TokenBucket(limits);
        let now = start;
        for (const act of sequence) {
          now += Math.floor(act.gap / 20);
          pace.charge('a', now, act.cost);
        }
        const wait = pace.charge('a', now, cost);
        if (wait === undefined) return;
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(1);
        expect(wait).toBeLessThanOrEqual(Math.max(1, Math.ceil(limits.burst / limits.perSecond)));
        expect(pace.charge('a', now + wait * 1_000, cost)).toBe(undefined);
      }),
    );
  });

  it('takes nothing when it refuses or is only asked', () => {
    fc.assert(
      fc.property(anyLimits, acts(0), fc.integer({ min: 0, max: 50 }), (limits, sequence, times) => {
        const [asked, untouched] = [new TokenBucket(limits), new TokenBucket(limits)];
        let now = start;
        for (const { gap, cost } of sequence) {
          now += Math.floor(gap / 20);
          for (let time = 0; time < times % 5; time++) asked.retryAfter('a', now, cost);
          const wait = untouched.charge('a', now, cost);
          expect(asked.retryAfter('a', now, cost)).toBe(wait);
          expect(asked.charge('a', now, cost)).toBe(wait);
          if (wait !== undefined) for (let time = 0; time < times; time++) asked.charge('a', now, cost);
        }
      }),
    );
  });

  it('is not held up by a clock that was put back', () => {
    const pace = new TokenBucket({ burst: 2, perSecond: 1 });
    pace.charge('a', start, 2);
    const before = start - 86_400_000;
    expect(pace.charge('a', before)).toBe(1);
    expect(pace.charge('a', before + 1_000)).toBe(undefined);
  });

  it('forgets those whose bucket is full again, however many came', () => {
    const pace = new TokenBucket({ burst: 10, perSecond: 5 });
    let most = 0;
    for (let turn = 0; turn < 200_000; turn++) {
      pace.charge(`${turn}`, start + turn);
      most = Math.max(most, pace.size);
    }
    // A bucket of which one was taken is full after 200 ms, so 200 are in use at any time.
    expect(most).toBeLessThanOrEqual(1_000);
  });

  it('keeps those that are still spent', () => {
    const pace = new TokenBucket({ burst: 1, perSecond: 0.001 });
    pace.charge('spent', start);
    for (let turn = 0; turn < 5_000; turn++) pace.charge(`${turn}`, start + turn);
    expect(pace.charge('spent', start + 5_000)).toBe(995);
    expect(pace.size).toBe(5_001);
  });
});
