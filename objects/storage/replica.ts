/** A replica: a read model outside the object, such as a KV key, which an outbox keeps up to date. */
import { limits } from '../../shared/limits.ts';

export interface Replica {
  /** Minimum milliseconds between two operations on it. */
  readonly minGapMs: number;
  /** Milliseconds after which an operation of unknown outcome can no longer be applied; 0 where a late one is ignored. */
  readonly settleMs: number;
  /** Whether there is data to replicate; if not, the replica is removed. */
  exists(): boolean;
  /** The replicated count that can change without a call, as when a crash closes sockets. */
  currentCount(): number;
  /** Writes the current state. `revision` orders the operations. */
  put(subject: string, revision: number): Promise<unknown>;
  /** Deletes the replica. `revision` orders the operations. */
  remove(subject: string, revision: number): Promise<unknown>;
}

/** KV allows one write per second and key, and does not order writes that are in flight together. */
export const kvReplica = { minGapMs: limits.replica.kvMinGapMs, settleMs: limits.replica.kvSettleMs } as const;
