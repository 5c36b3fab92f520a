/** Says to a room who one is, with a token that is got for it where need be, and again before that token expires. */
import { type RoomCredentials, renewalIn } from './credentials.ts';

/** Milliseconds until a token is asked for again that could not be got. */
const tokenAgainMs = 5_000;

/** Credentials as they are shown: with the token itself. */
export interface ShownCredentials extends RoomCredentials {
  token?: string | undefined;
}

export class Introduction {
  readonly #show: (credentials: ShownCredentials) => void;
  #credentials: RoomCredentials;
  /** Those that the room took last, and those that it was shown since. */
  #taken: RoomCredentials;
  #shown: RoomCredentials;
  /** Numbers the introductions: a token that comes late is not shown after a later one. */
  #turn = 0;
  #isSecondTry = false;
  #isUnderWay = false;
  #pausing: ReturnType<typeof setTimeout> | undefined;
  #renewing: ReturnType<typeof setTimeout> | undefined;

  /** @param show says it to the room, if there is a line */
  constructor(credentials: RoomCredentials, show: (credentials: ShownCredentials) => void) {
    this.#credentials = credentials;
    this.#taken = credentials;
    this.#shown = credentials;
    this.#show = show;
  }

  /** Whether a token can be got that is newer than the one that was shown. */
  get renews(): boolean {
    return typeof this.#credentials.token === 'function';
  }

  /** Whether changed credentials wait for a token: what is said before they are shown is said under the old ones. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Shows other credentials from the next introduction on. */
  change(credentials: Partial<RoomCredentials>): void {
    this.#credentials = { ...this.#credentials, ...credentials };
  }

  /** Introduces oneself. */
  begin(): void {
    clearTimeout(this.#pausing);
    const { token } = this.#credentials;
    const turn = ++this.#turn;
    if (typeof token !== 'function') return this.#showWith(token);
    // A token that is only renewed holds nothing up, however long it takes.
    this.#isUnderWay = this.#credentials !== this.#shown;
    const ifStillWanted = (act: () => void) => {
      if (turn !== this.#turn) return;
      this.#isUnderWay = false;
      act();
    };
    Promise.resolve()
      .then(token)
      .then(
        (fresh) => ifStillWanted(() => this.#showWith(fresh)),
        () => ifStillWanted(() => this.beginIn(tokenAgainMs)),
      );
  }

  /** Introduces oneself after so many milliseconds. */
  beginIn(ms: number): void {
    clearTimeout(this.#pausing);
    this.#pausing = setTimeout(() => this.begin(), ms);
  }

  /** The room took it, until its token expires (milliseconds), if it does. What was changed meanwhile is shown next. */
  taken(expiresAt: number | undefined): void {
    clearTimeout(this.#renewing);
    this.#taken = this.#shown;
    this.#isSecondTry = false;
    if (this.#credentials !== this.#shown) return this.begin();
    if (expiresAt === undefined || !this.renews) return;
    this.#renewing = setTimeout(() => this.begin(), renewalIn(expiresAt, Date.now()));
  }

  /** The room would never take it: back to what it took. */
  refused(): void {
    this.#credentials = this.#taken;
  }

  /** The room did not believe it. Whether a token that is got anew is worth a second try, and no third. */
  triesAgain(): boolean {
    const isWorthIt = this.renews && !this.#isSecondTry;
    this.#isSecondTry = true;
    return isWorthIt;
  }

  /** The line is gone: nothing of it is due any more. */
  reset(): void {
    clearTimeout(this.#pausing);
    clearTimeout(this.#renewing);
    this.#isUnderWay = false;
    this.#turn++;
  }

  #showWith(token: string | undefined): void {
    this.#shown = this.#credentials;
    this.#show({ ...this.#credentials, token });
  }
}
