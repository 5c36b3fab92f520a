/** Tells a connection that has gone silent from one on which nobody speaks: a ping now and then must be answered. */
import { automaticPing } from '../shared/frames.ts';

/** Milliseconds between two pings, and after a ping until a silent connection is given up. */
const pingEveryMs = 25_000;
const pongWithinMs = 10_000;

export class Heartbeat {
  readonly #send: (ping: string) => boolean;
  readonly #lose: () => void;
  readonly #pinging: ReturnType<typeof setInterval>;
  #giveUp: ReturnType<typeof setTimeout> | undefined;

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
    clearTimeout(this.#giveUp);
    this.#giveUp = setTimeout(this.#lose, pongWithinMs);
  }

  /** Anything was heard, or there is no longer anything to hear. */
  hear(): void {
    clearTimeout(this.#giveUp);
  }

  stop(): void {
    clearInterval(this.#pinging);
    clearTimeout(this.#giveUp);
  }
}
