/**
 * The turns of a socket: what it sends is handled in order, and waits while an earlier frame's credential is checked.
 * The runtime does not hold the next frame while a handler awaits.
 */
export class FrameQueue {
  readonly #tails = new Map<WebSocket, Promise<void>>();

  /** Does `work` when all that this socket sent before is done, whatever came of it: at once where nothing waits. */
  run(socket: WebSocket, work: () => void | Promise<void>): void | Promise<void> {
    const previous = this.#tails.get(socket);
    const running = previous ? previous.then(work, work) : work();
    if (!running) return;
    const tail = running.finally(() => {
      if (this.#tails.get(socket) === tail) this.#tails.delete(socket);
    });
    this.#tails.set(socket, tail);
    return tail;
  }
}
