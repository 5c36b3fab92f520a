/** Detects a dead connection: a ping that is sent at intervals must be answered. */
import { automaticPing } from '../../shared/ping.ts';

/** Milliseconds between two pings, and after a ping until a connection without any reply counts as dead. */
const pingIntervalMs = 25_000;
const pongTimeoutMs = 10_000;

/** Received characters after which an extra ping is sent: the room closes a socket that only receives, after megabytes. */
const pingEveryCharacters = 256 * 1_024;

export class Heartbeat {
  readonly #send: (ping: string) => boolean;
  readonly #onTimeout: () => void;
  readonly #pingTimer: ReturnType<typeof setInterval>;
  #pongTimer: ReturnType<typeof setTimeout> | undefined;
  /** Characters received since the last ping. */
  #charactersSincePing = 0;

  /**
   * Starts at once.
   * @param send sends the ping if the socket is open; returns whether it did
   * @param onTimeout called when nothing was received after a ping
   */
  constructor(send: (ping: string) => boolean, onTimeout: () => void) {
    this.#send = send;
    this.#onTimeout = onTimeout;
    this.#pingTimer = setInterval(() => this.ping(), pingIntervalMs);
  }

  /** Pings now. The room's sweep detects a vanished client only if it ever pinged, so the first ping is sent early. */
  ping(): void {
    if (!this.#send(automaticPing)) return;
    this.#charactersSincePing = 0;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(this.#onTimeout, pongTimeoutMs);
  }

  /** To be called when a frame was received, with its length, and when the socket closed. */
  onReceived(characters = 0): void {
    clearTimeout(this.#pongTimer);
    this.#charactersSincePing += characters;
    if (this.#charactersSincePing >= pingEveryCharacters) this.ping();
  }

  stop(): void {
    clearInterval(this.#pingTimer);
    clearTimeout(this.#pongTimer);
  }
}
