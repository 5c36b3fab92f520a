/**
 * Where one reads in the log: at the end, which new messages then follow, or at some message, which then stays where
 * it is on the screen whatever is added above or below it.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

/** Pixels from the end that still count as the end. */
const nearEnd = 32;

export class Place {
  readonly #isAtEnd = signal(true);
  #scroller: HTMLElement | null = null;
  /** The first message in view and the height at which it stands. */
  #anchor: { element: Element; top: number } | undefined;

  get isAtEnd(): ReadonlySignal<boolean> {
    return this.#isAtEnd;
  }

  /** Distance from the top of what is loaded, in pixels. */
  get above(): number {
    return this.#scroller?.scrollTop ?? 0;
  }

  /**
   * Follows a scroller, also when it or what is in it changes its size.
   * @returns ends it
   */
  follow(scroller: HTMLElement, content: HTMLElement): () => void {
    this.#scroller = scroller;
    // Not every browser lets the keyboard reach a scroller by itself.
    scroller.tabIndex = 0;
    const observer = new ResizeObserver(() => this.keep());
    observer.observe(scroller);
    observer.observe(content);
    return () => observer.disconnect();
  }

  /** Notes where one reads, after scrolling. */
  note(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.#isAtEnd.value = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= nearEnd;
    const { top } = scroller.getBoundingClientRect();
    for (const element of scroller.querySelectorAll('[data-message-id]')) {
      const box = element.getBoundingClientRect();
      if (box.bottom <= top) continue;
      this.#anchor = { element, top: box.top };
      return;
    }
  }

  /** Goes back to where one was, after a change. */
  keep(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    if (this.#isAtEnd.peek()) scroller.scrollTop = scroller.scrollHeight;
    else if (this.#anchor?.element.isConnected) {
      scroller.scrollTop += this.#anchor.element.getBoundingClientRect().top - this.#anchor.top;
    }
    this.note();
  }

  toEnd(): void {
    this.#isAtEnd.value = true;
    this.keep();
  }
}
