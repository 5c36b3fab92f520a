/**
 * Distinguishes key events of an input method (IME) from those for the page: an Enter that only accepts a conversion
 * must never send a message. Browsers disagree on the order of events, so three signals are checked.
 */

/** Milliseconds after `compositionend` within which its Enter may still arrive (Safari). */
const settleMs = 100;

export class Composition {
  #endedAt = Number.NEGATIVE_INFINITY;

  readonly end = (): void => {
    this.#endedAt = performance.now();
  };

  /** Whether the event belongs to a composition that is in progress or has just ended. */
  isImeEvent(event: KeyboardEvent): boolean {
    return event.isComposing || event.keyCode === 229 || performance.now() - this.#endedAt < settleMs;
  }
}
