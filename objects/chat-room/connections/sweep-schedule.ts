/** When a room with open connections wakes to check them: every `limits.socket.sweepEveryMs`. Times are milliseconds. */
import { limits } from '../../../shared/limits.ts';

export class SweepSchedule {
  /** Differs from room to room, so that they do not all wake at once. */
  readonly #offset: number;

  /** @param objectId hexadecimal id of the Durable Object */
  constructor(objectId: string) {
    this.#offset = Number.parseInt(objectId.slice(0, 8), 16) % limits.socket.sweepEveryMs;
  }

  /** The first sweep later than `time`. */
  nextAfter(time: number): number {
    return (
      (Math.floor((time - this.#offset) / limits.socket.sweepEveryMs) + 1) * limits.socket.sweepEveryMs + this.#offset
    );
  }
}
