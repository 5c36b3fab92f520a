/**
 * Broadcast frames, batched: at most one batch every `limits.socket.batchMs`, because all frames of a batch share one storage
 * commit and one loop over the sockets. A frame after a pause is sent in the next turn.
 */

import { limits } from '../../../shared/limits.ts';
import type { ServerFrame } from '../../../shared/server-frames.ts';
import type { Clock } from '../../storage/clock.ts';
import { type EncodedFrame, encodeFrame } from './encoded-frame.ts';

export class BroadcastBatcher {
  readonly #clock: Clock;
  readonly #deliver: (frames: readonly EncodedFrame[]) => void;
  #pending: EncodedFrame[] = [];
  #cancelTimer: (() => void) | undefined;
  #deliveredAt = Number.NEGATIVE_INFINITY;

  /** @param deliver sends the frames, in their order; never called with an empty list */
  constructor(clock: Clock, deliver: (frames: readonly EncodedFrame[]) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  add(frame: ServerFrame): void {
    this.#pending.push(encodeFrame(frame));
    if (this.#cancelTimer) return;
    const isBusy = this.#clock.now() - this.#deliveredAt < limits.socket.batchMs;
    this.#cancelTimer = this.#clock.after(isBusy ? limits.socket.batchMs : 0, () => this.flush());
  }

  /** Delivers the pending frames now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#deliveredAt = this.#clock.now();
    const frames = this.#pending;
    this.#pending = [];
    if (frames.length > 0) this.#deliver(frames);
  }
}
