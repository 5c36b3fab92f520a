/**
 * Counts the bytes sent to each socket since its last sign of life: a frame, or a ping that the runtime answered. The
 * runtime queues without limit for a client that does not read, and does not report the size of the queue.
 */
import { limits } from '../../../shared/limits.ts';
import type { Clock } from '../../storage/clock.ts';

/** The part that survives hibernation, in the socket's attachment. */
export interface Backlog {
  /** UTF-8 bytes sent since `since`. */
  bytes: number;
  /** The last sign of life, in milliseconds. */
  since: number;
}

interface TrackedBacklog extends Backlog {
  /** `bytes` as last written to the attachment. */
  persistedBytes: number;
  /** Since when `bytes` exceeds the limit, in milliseconds. */
  overLimitSince?: number | undefined;
}

export class SlowConsumers {
  readonly #clock: Clock;
  readonly #lastPingAt: (socket: WebSocket) => number | undefined;
  readonly #backlogs = new Map<WebSocket, TrackedBacklog>();
  readonly #overLimit = new Set<WebSocket>();

  /** @param lastPingAt when the runtime last answered a ping of the socket, in milliseconds */
  constructor(clock: Clock, lastPingAt: (socket: WebSocket) => number | undefined) {
    this.#clock = clock;
    this.#lastPingAt = lastPingAt;
  }

  /** The backlog to write to the socket's attachment, which the caller does. */
  snapshotForAttachment(socket: WebSocket): Backlog {
    const backlog = this.#backlogOf(socket);
    backlog.persistedBytes = backlog.bytes;
    return { bytes: backlog.bytes, since: backlog.since };
  }

  /** Continues with the backlog of a socket's attachment. */
  restore(socket: WebSocket, { bytes, since }: Backlog): void {
    this.#backlogs.set(socket, { bytes, since, persistedBytes: bytes });
  }

  /**
   * Counts bytes sent to a socket.
   * @returns whether the attachment is to be written
   */
  countSent(socket: WebSocket, bytes: number): boolean {
    const backlog = this.#backlogOf(socket);
    backlog.bytes += bytes;
    if (backlog.bytes - backlog.persistedBytes < limits.socket.slowConsumerPersistBytes) return false;
    if ((this.#lastPingAt(socket) ?? 0) > backlog.since) this.#reset(backlog);
    else if (backlog.bytes >= limits.socket.slowConsumerBytes) this.#checkGrace(socket, backlog);
    return true;
  }

  /**
   * Resets the backlog of a socket from which a frame arrived.
   * @returns whether the attachment is to be written
   */
  markActive(socket: WebSocket): boolean {
    const backlog = this.#backlogOf(socket);
    this.#reset(backlog);
    return backlog.persistedBytes > 0;
  }

  remove(socket: WebSocket): void {
    this.#backlogs.delete(socket);
    this.#overLimit.delete(socket);
  }

  /** Returns the sockets over the limit, each once. */
  drainOverLimit(): WebSocket[] {
    const sockets = [...this.#overLimit];
    this.#overLimit.clear();
    return sockets;
  }

  #backlogOf(socket: WebSocket): TrackedBacklog {
    const existing = this.#backlogs.get(socket);
    if (existing) return existing;
    const backlog = { bytes: 0, since: this.#clock.now(), persistedBytes: 0 };
    this.#backlogs.set(socket, backlog);
    return backlog;
  }

  /** A busy room can send more than the limit within one turn, in which no client can answer: hence the grace period. */
  #checkGrace(socket: WebSocket, backlog: TrackedBacklog): void {
    const now = this.#clock.now();
    backlog.overLimitSince ??= now;
    if (now - backlog.overLimitSince >= limits.socket.slowConsumerGraceMs) this.#overLimit.add(socket);
  }

  #reset(backlog: TrackedBacklog): void {
    backlog.bytes = 0;
    backlog.overLimitSince = undefined;
    backlog.since = this.#clock.now();
  }
}
