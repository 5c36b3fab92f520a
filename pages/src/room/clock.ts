/** The time, as far as something waits for it: it goes on by seconds until then, and stands still after. */
import { type ReadonlySignal, signal } from '@preact/signals';

const secondMs = 1_000;

/** Milliseconds between two looks where what is waited for is far off. */
const hourMs = 60 * 60_000;

export class Clock {
  readonly #now = signal(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Milliseconds; not before the last time that it was watched for. */
  get now(): ReadonlySignal<number> {
    return this.#now;
  }

  /** Goes on until a time, in milliseconds. */
  runUntil(until: number): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    this.#now.value = now;
    if (until <= now) return;
    const pause = until - now > hourMs ? hourMs : Math.min(secondMs, until - now);
    this.#timer = setTimeout(() => this.runUntil(until), pause);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
