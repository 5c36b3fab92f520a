/** Says to a room who one is, with a token that is got for it where need be, and again before that token expires. */
import { type RoomCredentials, refreshDelay } from './credentials.ts';

/** Milliseconds until a token is asked for again that could not be got. */
const tokenRetryMs = 5_000;

/** Credentials as they are shown: with the token itself. */
export interface ResolvedCredentials extends RoomCredentials {
  token?: string | undefined;
}

export class AuthFlow {
  readonly #authenticate: (credentials: ResolvedCredentials) => void;
  #credentials: RoomCredentials;
  /** Those that the room took last, and those that it was shown since. */
  #acceptedCredentials: RoomCredentials;
  #sentCredentials: RoomCredentials;
  /** Numbers the introductions: a token that comes late is not shown after a later one. */
  #attempt = 0;
  #hasRetried = false;
  #isPending = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param authenticate says it to the room, if there is a line */
  constructor(credentials: RoomCredentials, authenticate: (credentials: ResolvedCredentials) => void) {
    this.#credentials = credentials;
    this.#acceptedCredentials = credentials;
    this.#sentCredentials = credentials;
    this.#authenticate = authenticate;
  }

  /** Whether a token can be got that is newer than the one that was shown. */
  get canRefresh(): boolean {
    return typeof this.#credentials.token === 'function';
  }

  /** Whether changed credentials wait for a token: what is said before they are shown is said under the old ones. */
  get isPending(): boolean {
    return this.#isPending;
  }

  /** Shows other credentials from the next introduction on. */
  setCredentials(credentials: Partial<RoomCredentials>): void {
    this.#credentials = { ...this.#credentials, ...credentials };
  }

  /** Introduces oneself. */
  start(): void {
    clearTimeout(this.#retryTimer);
    const { token } = this.#credentials;
    const attempt = ++this.#attempt;
    if (typeof token !== 'function') return this.#authenticateWith(token);
    // A token that is only renewed holds nothing up, however long it takes.
    this.#isPending = this.#credentials !== this.#sentCredentials;
    const ifCurrent = (act: () => void) => {
      if (attempt !== this.#attempt) return;
      this.#isPending = false;
      act();
    };
    Promise.resolve()
      .then(token)
      .then(
        (fresh) => ifCurrent(() => this.#authenticateWith(fresh)),
        () => ifCurrent(() => this.startIn(tokenRetryMs)),
      );
  }

  /** Introduces oneself after so many milliseconds. */
  startIn(ms: number): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.start(), ms);
  }

  /** The room took it, until its token expires (milliseconds), if it does. What was changed meanwhile is shown next. */
  accepted(expiresAt: number | undefined): void {
    clearTimeout(this.#refreshTimer);
    this.#acceptedCredentials = this.#sentCredentials;
    this.#hasRetried = false;
    if (this.#credentials !== this.#sentCredentials) return this.start();
    if (expiresAt === undefined || !this.canRefresh) return;
    this.#refreshTimer = setTimeout(() => this.start(), refreshDelay(expiresAt, Date.now()));
  }

  /** The room would never take it: back to what it took. */
  rejected(): void {
    this.#credentials = this.#acceptedCredentials;
  }

  /** The room did not believe it. Whether a token that is got anew is worth a second try, and no third. */
  shouldRetry(): boolean {
    const mayRetry = this.canRefresh && !this.#hasRetried;
    this.#hasRetried = true;
    return mayRetry;
  }

  /** The line is gone: nothing of it is due any more. */
  reset(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#refreshTimer);
    this.#isPending = false;
    this.#attempt++;
  }

  #authenticateWith(token: string | undefined): void {
    this.#sentCredentials = this.#credentials;
    this.#authenticate({ ...this.#credentials, token });
  }
}
