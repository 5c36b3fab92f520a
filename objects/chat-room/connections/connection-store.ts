/**
 * The state of each open socket, stored in the socket's attachment, which survives hibernation, and cached in memory.
 */
import type { Attachment, ConnectionState } from './connection-state.ts';
import { PresenceKeys } from './presence-keys.ts';
import type { SlowConsumers } from './slow-consumers.ts';

export class ConnectionStore {
  /** The presence keys of the ready connections. */
  readonly presenceKeys = new PresenceKeys();
  readonly #states = new Map<WebSocket, ConnectionState>();
  readonly #removed = new WeakSet<WebSocket>();
  readonly #slowConsumers: SlowConsumers;

  /** @param slowConsumers their backlogs are in the same attachments */
  constructor(slowConsumers: SlowConsumers) {
    this.#slowConsumers = slowConsumers;
  }

  get size(): number {
    return this.#states.size;
  }

  /** Every socket with its state. Not a copy: iterate over `[...store]` to change states meanwhile. */
  [Symbol.iterator](): IterableIterator<[WebSocket, ConnectionState]> {
    return this.#states[Symbol.iterator]();
  }

  states(): Iterable<ConnectionState> {
    return this.#states.values();
  }

  /**
   * The state of a socket; undefined once it was removed. A socket whose close woke the object is missing from
   * `getWebSockets()`, but still has its attachment.
   */
  get(socket: WebSocket): ConnectionState | undefined {
    const cached = this.#states.get(socket);
    if (cached) return cached;
    const attachment: Attachment | null = socket.deserializeAttachment();
    if (!attachment) return undefined;
    this.#track(socket, attachment.session);
    this.#slowConsumers.restore(socket, attachment.backlog);
    return attachment.session;
  }

  /** Replaces the state of a socket. Ignored once it was removed: a caller with its old state must not revive it. */
  set(socket: WebSocket, connection: ConnectionState): void {
    if (this.#removed.has(socket)) return;
    this.#untrack(socket);
    this.#track(socket, connection);
    this.#write(socket, connection);
  }

  /** Writes the attachment of a socket, for a changed backlog. */
  save(socket: WebSocket): void {
    const connection = this.#states.get(socket);
    if (connection) this.#write(socket, connection);
  }

  /** @throws if the socket is closed already; it is removed nevertheless */
  remove(socket: WebSocket): void {
    this.#removed.add(socket);
    this.#untrack(socket);
    this.#slowConsumers.remove(socket);
    socket.serializeAttachment(null);
  }

  #write(socket: WebSocket, connection: ConnectionState): void {
    const backlog = this.#slowConsumers.snapshotForAttachment(socket);
    socket.serializeAttachment({ session: connection, backlog } satisfies Attachment);
  }

  #track(socket: WebSocket, connection: ConnectionState): void {
    this.#states.set(socket, connection);
    if (connection.state === 'joined') this.presenceKeys.add(connection.key);
  }

  #untrack(socket: WebSocket): void {
    const connection = this.#states.get(socket);
    this.#states.delete(socket);
    if (connection?.state === 'joined') this.presenceKeys.remove(connection.key);
  }
}
