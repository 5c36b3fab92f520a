/**
 * What each socket was sent since it last gave a sign of life: a frame of its own, or a ping that the runtime answered
 * for the room. The runtime queues without limit for a peer that does not read, and does not say how much it holds.
 */
import { limits } from '../../../shared/limits.ts';
import type { Clock } from '../../storage/clock.ts';

/** As it is noted where it outlives hibernation. */
export interface Backlog {
  /** Of UTF-8. */
  bytes: number;
  /** When the counting began, in milliseconds. */
  since: number;
}

interface TrackedBacklog extends Backlog {
  /** Bytes that the last note has. */
  persistedBytes: number;
  /** Since when it is too much, in milliseconds. */
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

  /** What to note of a socket. */
  snapshotForAttachment(socket: WebSocket): Backlog {
    const backlog = this.#backlogOf(socket);
    backlog.persistedBytes = backlog.bytes;
    return { bytes: backlog.bytes, since: backlog.since };
  }

  /** Goes on from what was noted of a socket. */
  restore(socket: WebSocket, { bytes, since }: Backlog): void {
    this.#backlogs.set(socket, { bytes, since, persistedBytes: bytes });
  }

  /**
   * Counts what a socket was sent.
   * @returns whether that is to be noted
   */
  countSent(socket: WebSocket, bytes: number): boolean {
    const backlog = this.#backlogOf(socket);
    backlog.bytes += bytes;
    if (backlog.bytes - backlog.persistedBytes < limits.slowConsumerPersistBytes) return false;
    if ((this.#lastPingAt(socket) ?? 0) > backlog.since) this.#reset(backlog);
    else if (backlog.bytes >= limits.slowConsumerBytes) this.#checkGrace(socket, backlog);
    return true;
  }

  /**
   * A frame came from a socket: counting begins again.
   * @returns whether that is to be noted
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

  /** Gives up those that were sent too much, each once. */
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

  /** A room that was busy sends much in one turn, in which nobody could have answered: all are given time for that. */
  #checkGrace(socket: WebSocket, backlog: TrackedBacklog): void {
    const now = this.#clock.now();
    backlog.overLimitSince ??= now;
    if (now - backlog.overLimitSince >= limits.slowConsumerGraceMs) this.#overLimit.add(socket);
  }

  #reset(backlog: TrackedBacklog): void {
    backlog.bytes = 0;
    backlog.overLimitSince = undefined;
    backlog.since = this.#clock.now();
  }
}
