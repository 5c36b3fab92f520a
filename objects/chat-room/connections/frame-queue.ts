/**
 * Runs the frames of each socket in the order of their arrival. The runtime delivers the next frame while a handler
 * awaits, for example the verification of a JWT.
 */
export class FrameQueue {
  readonly #tails = new Map<WebSocket, Promise<void>>();

  /**
   * Runs `work` when the earlier work of this socket has settled, or immediately if there is none.
   * @returns a promise only if something is asynchronous, so that a synchronous handler stays in the caller's turn
   */
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
