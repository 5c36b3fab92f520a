/** Tells a connection that has gone silent from one on which nobody speaks: a ping now and then must be answered. */
import { automaticPing } from '../../shared/ping.ts';

/** Milliseconds between two pings, and after a ping until a silent connection is given up. */
const pingIntervalMs = 25_000;
const pongTimeoutMs = 10_000;

/** Characters after which to ping in between: the room closes a socket that it sent megabytes without a sign of life. */
const pingEveryCharacters = 256 * 1_024;

export class Heartbeat {
  readonly #send: (ping: string) => boolean;
  readonly #onTimeout: () => void;
  readonly #pingTimer: ReturnType<typeof setInterval>;
  #pongTimer: ReturnType<typeof setTimeout> | undefined;
  /** Characters heard since the last ping. */
  #charactersSincePing = 0;

  /**
   * Starts at once.
   * @param send sends the ping if there is a connection, and says whether it did
   * @param onTimeout called when nothing was heard after a ping
   */
  constructor(send: (ping: string) => boolean, onTimeout: () => void) {
    this.#send = send;
    this.#onTimeout = onTimeout;
    this.#pingTimer = setInterval(() => this.ping(), pingIntervalMs);
  }

  /** Pings now. The room's sweep finds out a vanished client only if it ever pinged, so the first ping is sent early. */
  ping(): void {
    if (!this.#send(automaticPing)) return;
    this.#charactersSincePing = 0;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(this.#onTimeout, pongTimeoutMs);
  }

  /** Anything was heard, so many characters long, or there is no longer anything to hear. */
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
