/**
 * The one alarm of an object, shared by everything in it that waits for a time. Each asks to be woken by then; the
 * object's `alarm()` does all that is due and arms it again for the rest.
 */
export class Wake {
  readonly #storage: DurableObjectStorage;
  readonly #earliest: () => number | undefined;
  /** What the alarm is set to; unknown after an eviction. */
  #setTo: number | undefined;

  /** @param earliest when the first of everything that waits is due, in milliseconds; undefined when nothing waits */
  constructor(storage: DurableObjectStorage, earliest: () => number | undefined) {
    this.#storage = storage;
    this.#earliest = earliest;
  }

  /**
   * Sets the alarm unless it rings earlier. Inside `transactionSync` it is part of the transaction.
   * @param time milliseconds
   */
  by(time: number): void {
    const due = this.#setTo === undefined ? Math.min(time, this.#earliest() ?? time) : time;
    if (this.#setTo !== undefined && this.#setTo <= due) return;
    this.#setTo = due;
    void this.#storage.setAlarm(due);
  }

  /** Sets the alarm, which has just rung, for whatever is due next. */
  again(): void {
    this.forget();
    const due = this.#earliest();
    if (due !== undefined) this.by(due);
  }

  /** Forgets what the alarm is set to: it has rung, or the transaction that set it was taken back. */
  forget(): void {
    this.#setTo = undefined;
  }
}
