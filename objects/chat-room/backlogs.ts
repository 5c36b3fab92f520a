/**
 * What each socket was sent since it last gave a sign of life: a frame of its own, or a ping that the runtime answered
 * for the room. The runtime queues without limit for a peer that does not read, and does not say how much it holds.
 */
import { limits } from '../../shared/limits.ts';
import type { Clock } from '../storage/clock.ts';

/** As it is noted where it outlives hibernation. */
export interface Backlog {
  /** Of UTF-8. */
  bytes: number;
  /** When the counting began, in milliseconds. */
  since: number;
}

interface Counted extends Backlog {
  /** Bytes that the last note has. */
  noted: number;
  /** Since when it is too much, in milliseconds. */
  fullSince?: number | undefined;
}

export class Backlogs {
  readonly #clock: Clock;
  readonly #pingedAt: (socket: WebSocket) => number | undefined;
  readonly #counted = new Map<WebSocket, Counted>();
  readonly #overfull = new Set<WebSocket>();

  /** @param pingedAt when the runtime last answered a ping of the socket, in milliseconds */
  constructor(clock: Clock, pingedAt: (socket: WebSocket) => number | undefined) {
    this.#clock = clock;
    this.#pingedAt = pingedAt;
  }

  /** What to note of a socket. */
  of(socket: WebSocket): Backlog {
    const counted = this.#of(socket);
    counted.noted = counted.bytes;
    return { bytes: counted.bytes, since: counted.since };
  }

  /** Goes on from what was noted of a socket. */
  resume(socket: WebSocket, { bytes, since }: Backlog): void {
    this.#counted.set(socket, { bytes, since, noted: bytes });
  }

  /**
   * Counts what a socket was sent.
   * @returns whether that is to be noted
   */
  add(socket: WebSocket, bytes: number): boolean {
    const counted = this.#of(socket);
    counted.bytes += bytes;
    if (counted.bytes - counted.noted < limits.backlogNoteBytes) return false;
    if ((this.#pingedAt(socket) ?? 0) > counted.since) this.#begin(counted);
    else if (counted.bytes >= limits.backlogBytes) this.#judge(socket, counted);
    return true;
  }

  /**
   * A frame came from a socket: counting begins again.
   * @returns whether that is to be noted
   */
  heard(socket: WebSocket): boolean {
    const counted = this.#of(socket);
    this.#begin(counted);
    return counted.noted > 0;
  }

  forget(socket: WebSocket): void {
    this.#counted.delete(socket);
    this.#overfull.delete(socket);
  }

  /** Gives up those that were sent too much, each once. */
  takeOverfull(): WebSocket[] {
    const overfull = [...this.#overfull];
    this.#overfull.clear();
    return overfull;
  }

  #of(socket: WebSocket): Counted {
    const known = this.#counted.get(socket);
    if (known) return known;
    const counted = { bytes: 0, since: this.#clock.now(), noted: 0 };
    this.#counted.set(socket, counted);
    return counted;
  }

  /** A room that was busy sends much in one turn, in which nobody could have answered: all are given time for that. */
  #judge(socket: WebSocket, counted: Counted): void {
    const now = this.#clock.now();
    counted.fullSince ??= now;
    if (now - counted.fullSince >= limits.backlogGraceMs) this.#overfull.add(socket);
  }

  #begin(counted: Counted): void {
    counted.bytes = 0;
    counted.fullSince = undefined;
    counted.since = this.#clock.now();
  }
}
