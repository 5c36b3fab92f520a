/** Somewhere else that must come to hold what an object holds: what an outbox delivers to. */
import { limits } from '../../shared/limits.ts';

export interface Replica {
  /** Milliseconds between two operations on it. */
  readonly minGapMs: number;
  /** Milliseconds within which an operation lands or never will; 0 where a late one cannot undo a newer. */
  readonly settleMs: number;
  /** Whether there is anything for it to hold. */
  exists(): boolean;
  /** A number that it holds and that may change without a call, as when a crash takes sockets away. */
  currentCount(): number;
  /** Makes it hold what there is now. `revision` orders the operations. */
  put(subject: string, revision: number): Promise<unknown>;
  /** Makes it hold nothing. */
  remove(subject: string, revision: number): Promise<unknown>;
}

/** What KV allows: a write a second to a key, and no order among writes that are under way together. */
export const kvReplica = { minGapMs: limits.kvMinGapMs, settleMs: limits.kvSettleMs } as const;
