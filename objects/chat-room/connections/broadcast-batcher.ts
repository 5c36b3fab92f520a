/**
 * Frames to everyone, gathered for a moment in a busy room, so that many of them are one commit and one turn of sending.
 * The first after a pause goes out at once.
 */
import type { ServerFrame } from '../../../shared/frames.ts';
import { limits } from '../../../shared/limits.ts';
import type { Clock } from '../../storage/clock.ts';

export class BroadcastBatcher {
  readonly #clock: Clock;
  readonly #deliver: (texts: readonly string[]) => void;
  #texts: string[] = [];
  #cancelTimer: (() => void) | undefined;
  #deliveredAt = Number.NEGATIVE_INFINITY;

  /** @param deliver sends the texts, in their order */
  constructor(clock: Clock, deliver: (texts: readonly string[]) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  add(frame: ServerFrame): void {
    this.#texts.push(JSON.stringify(frame));
    if (this.#cancelTimer) return;
    const isBusy = this.#clock.now() - this.#deliveredAt < limits.batchMs;
    this.#cancelTimer = this.#clock.after(isBusy ? limits.batchMs : 0, () => this.flush());
  }

  /** Delivers what was gathered, now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#deliveredAt = this.#clock.now();
    const texts = this.#texts;
    this.#texts = [];
    if (texts.length > 0) this.#deliver(texts);
  }
}
