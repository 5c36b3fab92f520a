/**
 * The turns of a socket: what it sends is handled in order, and waits while an earlier frame's credential is checked.
 * The runtime does not hold the next frame while a handler awaits.
 */
export class Turns {
  readonly #last = new Map<WebSocket, Promise<void>>();

  /** Does `work` when all that this socket sent before is done, whatever came of it: at once where nothing waits. */
  take(socket: WebSocket, work: () => void | Promise<void>): void | Promise<void> {
    const before = this.#last.get(socket);
    const mine = before ? before.then(work, work) : work();
    if (!mine) return;
    const turn = mine.finally(() => {
      if (this.#last.get(socket) === turn) this.#last.delete(socket);
    });
    this.#last.set(socket, turn);
    return turn;
  }
}
