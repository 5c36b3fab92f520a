/**
 * The scroll position of the log. At the end, the log follows new messages. Elsewhere, the first visible message keeps
 * its position on the screen when messages are added above or below it.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

/** Maximum distance from the end, in pixels, that counts as being at the end. */
const endThreshold = 32;

/** Position of the target of a jump: this fraction of the log's height from the top. */
const targetOffset = 0.3;

const messageIdOf = (element: Element) => Number(element.getAttribute('data-message-id'));

export class ScrollPosition {
  readonly #isAtEnd = signal(true);
  readonly #lastInView = signal(0);
  #scroller: HTMLElement | null = null;
  /** The first visible message and its position in the viewport, in pixels. */
  #anchor: { element: Element; top: number } | undefined;
  /** Selector of the element to scroll to once it is rendered. */
  #pendingSelector: string | undefined;
  /** Whether newer messages are not loaded, so that the end of the scroller is not the end of the log. */
  #hasNewer = false;

  get isAtEnd(): ReadonlySignal<boolean> {
    return this.#isAtEnd;
  }

  /** Id of the last visible message. */
  get lastInView(): ReadonlySignal<number> {
    return this.#lastInView;
  }

  /** Distance from the start of the loaded messages, in pixels. */
  get distanceFromTop(): number {
    return this.#scroller?.scrollTop ?? 0;
  }

  /** Distance from the end of the loaded messages, in pixels. */
  get distanceFromEnd(): number {
    const scroller = this.#scroller;
    return scroller ? scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight : 0;
  }

  /**
   * Observes a scroller, and restores the position when it or its content changes size.
   * @returns stops it
   */
  attach(scroller: HTMLElement, content: HTMLElement): () => void {
    this.#scroller = scroller;
    // Not every browser makes scrollers focusable by keyboard.
    scroller.tabIndex = 0;
    const observer = new ResizeObserver(() => this.restore());
    observer.observe(scroller);
    observer.observe(content);
    return () => observer.disconnect();
  }

  /** Records the current position. To be called after scrolling. */
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

  /** Restores the recorded position after the content has changed. */
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
      // The end of the log is not loaded yet.
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

  /** Scrolls to an element of the log, now or once it is rendered. */
  scrollTo(selector: string): void {
    this.#pendingSelector = selector;
    this.#isAtEnd.value = false;
    this.restore();
  }
}
