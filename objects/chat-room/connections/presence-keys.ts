/** The presence keys of the ready connections: each participant or visitor once, however many connections they have. */
export class PresenceKeys {
  /** Number of connections by key. */
  readonly #counts = new Map<string, number>();

  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Removes one connection of `key`. */
  remove(key: string): void {
    const remaining = (this.#counts.get(key) ?? 0) - 1;
    if (remaining > 0) this.#counts.set(key, remaining);
    else this.#counts.delete(key);
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  all(): Iterable<string> {
    return this.#counts.keys();
  }
}
