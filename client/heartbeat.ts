/** Tells a connection that has gone silent from one on which nobody speaks: a ping now and then must be answered. */
import { automaticPing } from '../shared/ping.ts';

/** Milliseconds between two pings, and after a ping until a silent connection is given up. */
const pingEveryMs = 25_000;
const pongWithinMs = 10_000;

/** Characters after which to ping in between: the room closes a socket that it sent megabytes without a sign of life. */
const pingEveryCharacters = 256 * 1_024;

export class Heartbeat {
  readonly #send: (ping: string) => boolean;
  readonly #lose: () => void;
  readonly #pinging: ReturnType<typeof setInterval>;
  #giveUp: ReturnType<typeof setTimeout> | undefined;
  /** Characters heard since the last ping. */
  #heard = 0;

  /**
   * Starts at once.
   * @param send sends the ping if there is a connection, and says whether it did
   * @param giveUp called when nothing was heard after a ping
   */
  constructor(send: (ping: string) => boolean, giveUp: () => void) {
    this.#send = send;
    this.#lose = giveUp;
    this.#pinging = setInterval(() => this.beat(), pingEveryMs);
  }

  /** Pings now. The room's sweep finds out a vanished client only if it ever pinged, so the first ping is sent early. */
  beat(): void {
    if (!this.#send(automaticPing)) return;
    this.#heard = 0;
    clearTimeout(this.#giveUp);
    this.#giveUp = setTimeout(this.#lose, pongWithinMs);
  }

  /** Anything was heard, so many characters long, or there is no longer anything to hear. */
  hear(characters = 0): void {
    clearTimeout(this.#giveUp);
    this.#heard += characters;
    if (this.#heard >= pingEveryCharacters) this.beat();
  }

  stop(): void {
    clearInterval(this.#pinging);
    clearTimeout(this.#giveUp);
  }
}
