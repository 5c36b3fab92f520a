/**
 * Where one reads in the log: at the end, which new messages then follow, or at some message, which then stays where
 * it is on the screen whatever is added above or below it.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

/** Pixels from the end that still count as the end. */
const endThreshold = 32;

/** Where something that was looked for comes to stand in the window: a part of its height from the top. */
const targetOffset = 0.3;

const messageIdOf = (element: Element) => Number(element.getAttribute('data-message-id'));

export class ScrollPosition {
  readonly #isAtEnd = signal(true);
  readonly #lastInView = signal(0);
  #scroller: HTMLElement | null = null;
  /** The first message in view and the height at which it stands. */
  #anchor: { element: Element; top: number } | undefined;
  /** What is to be shown once it is there, as a selector. */
  #pendingSelector: string | undefined;
  /** Whether what is loaded ends before the log does, so that its end is not the end. */
  #hasNewer = false;

  get isAtEnd(): ReadonlySignal<boolean> {
    return this.#isAtEnd;
  }

  /** The last message in view, by its id. */
  get lastInView(): ReadonlySignal<number> {
    return this.#lastInView;
  }

  /** Distances from the top and the end of what is loaded, in pixels. */
  get distanceFromTop(): number {
    return this.#scroller?.scrollTop ?? 0;
  }

  get distanceFromEnd(): number {
    const scroller = this.#scroller;
    return scroller ? scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight : 0;
  }

  /**
   * Follows a scroller, also when it or what is in it changes its size.
   * @returns ends it
   */
  attach(scroller: HTMLElement, content: HTMLElement): () => void {
    this.#scroller = scroller;
    // Not every browser lets the keyboard reach a scroller by itself.
    scroller.tabIndex = 0;
    const observer = new ResizeObserver(() => this.restore());
    observer.observe(scroller);
    observer.observe(content);
    return () => observer.disconnect();
  }

  /** Notes where one reads, after scrolling. */
  update(): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    this.#isAtEnd.value = !this.#hasNewer && this.distanceFromEnd <= endThreshold;
    const { top, bottom } = scroller.getBoundingClientRect();
    const messages = [...scroller.querySelectorAll('[data-message-id]')];
    const first = messages.find((element) => element.getBoundingClientRect().bottom > top);
    if (first) this.#anchor = { element: first, top: first.getBoundingClientRect().top };
    const last = messages.findLast((element) => element.getBoundingClientRect().top < bottom);
    if (last) this.#lastInView.value = messageIdOf(last);
  }

  /** Goes back to where one was, after a change. */
  restore(hasNewer = this.#hasNewer): void {
    this.#hasNewer = hasNewer;
    const scroller = this.#scroller;
    if (!scroller) return;
    const target = this.#pendingSelector === undefined ? null : scroller.querySelector(this.#pendingSelector);
    if (target) {
      const { top, height } = scroller.getBoundingClientRect();
      scroller.scrollTop += target.getBoundingClientRect().top - top - height * targetOffset;
      this.#pendingSelector = undefined;
    } else if (this.#isAtEnd.peek()) {
      // What is loaded ends before the log: the end is yet to come.
      if (hasNewer) return;
      scroller.scrollTop = scroller.scrollHeight;
    } else if (this.#anchor?.element.isConnected) {
      scroller.scrollTop += this.#anchor.element.getBoundingClientRect().top - this.#anchor.top;
    }
    this.update();
  }

  scrollToEnd(): void {
    this.#pendingSelector = undefined;
    this.#isAtEnd.value = true;
    this.restore();
  }

  /** Shows an element of the log, now or once it is there. */
  scrollTo(selector: string): void {
    this.#pendingSelector = selector;
    this.#isAtEnd.value = false;
    this.restore();
  }
}
