/** Tells a room that somebody types: not at each key, again while it goes on, and that it ended. */
import { clientLimits as limits } from '../shared/limits.ts';

/** Milliseconds between two words of it, and without a key until it has ended. */
const againMs = limits.typingMs / 2;
const idleMs = limits.typingMs - 1_000;

export class TypistWord {
  readonly #tell: (on: boolean) => void;
  #toldAt = Number.NEGATIVE_INFINITY;
  #ending: ReturnType<typeof setTimeout> | undefined;

  /** @param tell says that one types, or no longer does */
  constructor(tell: (on: boolean) => void) {
    this.#tell = tell;
  }

  /** A key was pressed. */
  type(at: number): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.end(), idleMs);
    if (at - this.#toldAt < againMs) return;
    this.#toldAt = at;
    this.#tell(true);
  }

  /** The text was sent or taken back. */
  end(): void {
    if (this.#ending === undefined) return;
    this.reset();
    this.#tell(false);
  }

  /** Nobody is there to be told. */
  reset(): void {
    clearTimeout(this.#ending);
    this.#ending = undefined;
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }
}
