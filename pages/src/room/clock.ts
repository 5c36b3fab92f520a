/** The current time as a signal. It ticks every second until a given time, so that an idle room has no timer. */
import { type ReadonlySignal, signal } from '@preact/signals';

const secondMs = 1_000;

/** Milliseconds between ticks if the given time is more than an hour away. */
const hourMs = 60 * 60_000;

export class Clock {
  readonly #now = signal(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Milliseconds since 1970; stops at the time given to `runUntil`. */
  get now(): ReadonlySignal<number> {
    return this.#now;
  }

  /** Ticks until a time in milliseconds since 1970. */
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
