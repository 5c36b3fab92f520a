/** A TCP proxy between a client and a server, which can interrupt and restore the connection. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server as Listener, type Socket } from 'node:net';

export class NetworkProxy {
  /** The origin at which clients reach the server through the proxy. */
  readonly origin: string;
  readonly #listener: Listener;
  readonly #sockets = new Set<Socket>();
  #isOpen = true;

  private constructor(listener: Listener) {
    this.#listener = listener;
    this.origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  }

  /** Starts a proxy to a server. */
  static async start(origin: string): Promise<NetworkProxy> {
    const { hostname, port } = new URL(origin);
    const listener = createServer((client) => proxy.#connect(client, connect(Number(port), hostname)));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const proxy = new NetworkProxy(listener);
    return proxy;
  }

  /** Ends all connections, with the loss of data in transit, and accepts none until `restore`. */
  interrupt(): void {
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#isOpen = true;
  }

  /** Ends all connections and stops the proxy. */
  async stop(): Promise<void> {
    this.interrupt();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #connect(client: Socket, upstream: Socket): void {
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (!this.#isOpen) client.destroy();
  }
}
