/** Tracks the loading of older and newer pages of messages. */
import { signal } from '@preact/signals';

/** Milliseconds after history arrived until screen readers announce new messages again. */
const announceAfterMs = 300;

/** Milliseconds until a page that could not be loaded is requested again. */
const retryLoadMs = 1_000;

export class HistoryLoading {
  /** Whether messages that are added to the log are history rather than new ones, which screen readers announce. */
  readonly isActive = signal(true);
  /** Number of failed loads. The log observes it and requests the page again. */
  readonly failures = signal(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Starts to load a page. A failure is counted after a delay, so that the retry is not immediate. */
  start(loadPage: () => Promise<void>): void {
    this.reset();
    loadPage().catch(() => {
      this.#finishIn(0);
      setTimeout(() => this.failures.value++, retryLoadMs);
    });
  }

  /** The messages are in the log; new ones are announced again after they have been rendered. */
  finish(): void {
    this.#finishIn(announceAfterMs);
  }

  /** The next messages are history again, as after a new connection. */
  reset(): void {
    clearTimeout(this.#timer);
    this.isActive.value = true;
  }

  #finishIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isActive.value = false;
    }, ms);
  }
}
