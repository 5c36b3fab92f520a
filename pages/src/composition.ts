/**
 * Whether a key belongs to an input method rather than to the page: Enter that only accepts a conversion must never
 * send. Browsers disagree on the order of events, so three signs count.
 */

/** Milliseconds after the end of a composition in which its Enter may still arrive. */
const settleMs = 100;

export class Composition {
  #endedAt = Number.NEGATIVE_INFINITY;

  readonly end = (): void => {
    this.#endedAt = performance.now();
  };

  /** Whether the input method is at work, or was a moment ago. */
  isImeEvent(event: KeyboardEvent): boolean {
    return event.isComposing || event.keyCode === 229 || performance.now() - this.#endedAt < settleMs;
  }
}
