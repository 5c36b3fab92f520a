/** A cable between a client and a server, which can be pulled out and put in again. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server as Listener, type Socket } from 'node:net';

export class Cable {
  /** Where a client finds the server behind it. */
  readonly origin: string;
  readonly #listener: Listener;
  readonly #ends = new Set<Socket>();
  #isIn = true;

  private constructor(listener: Listener) {
    this.#listener = listener;
    this.origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  }

  static async to(origin: string): Promise<Cable> {
    const { hostname, port } = new URL(origin);
    const listener = createServer((near) => cable.#join(near, connect(Number(port), hostname)));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const cable = new Cable(listener);
    return cable;
  }

  /** Whatever was on its way is lost. */
  pull(): void {
    this.#isIn = false;
    for (const end of this.#ends) end.destroy();
  }

  plug(): void {
    this.#isIn = true;
  }

  async remove(): Promise<void> {
    this.pull();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #join(near: Socket, far: Socket): void {
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.#ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
    if (!this.#isIn) near.destroy();
  }
}
