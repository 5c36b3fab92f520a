/** Authenticates a connection. If a function provides the token, calls it before each `auth` and before the expiry. */
import { type RoomCredentials, refreshDelay } from './credentials.ts';

/** Milliseconds until a token is requested again after the request failed. */
const tokenRetryMs = 5_000;

/** Credentials as `auth` sends them: with the token itself. */
export interface ResolvedCredentials extends RoomCredentials {
  token?: string | undefined;
}

export class AuthFlow {
  readonly #authenticate: (credentials: ResolvedCredentials) => void;
  #credentials: RoomCredentials;
  /** The credentials that the room accepted last, and those that were sent last. */
  #acceptedCredentials: RoomCredentials;
  #sentCredentials: RoomCredentials;
  /** The current call of the token provider. The result of an earlier call is ignored. */
  #tokenRequest: { isForNewCredentials: boolean } | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param authenticate sends `auth`, if the socket is open */
  constructor(credentials: RoomCredentials, authenticate: (credentials: ResolvedCredentials) => void) {
    this.#credentials = credentials;
    this.#acceptedCredentials = credentials;
    this.#sentCredentials = credentials;
    this.#authenticate = authenticate;
  }

  /** Whether the token comes from a function, which can return a newer one. */
  get canRefresh(): boolean {
    return typeof this.#credentials.token === 'function';
  }

  /** Whether changed credentials wait for a token. A message that is sent before they are would have the old name. */
  get isPending(): boolean {
    return this.#tokenRequest?.isForNewCredentials === true;
  }

  /** Changes the credentials of the next `auth`. */
  setCredentials(credentials: Partial<RoomCredentials>): void {
    this.#credentials = { ...this.#credentials, ...credentials };
  }

  /** Sends `auth`, after the token provider has returned a token. */
  start(): void {
    clearTimeout(this.#retryTimer);
    this.#tokenRequest = undefined;
    const { token } = this.#credentials;
    if (typeof token !== 'function') return this.#authenticateWith(token);
    // A token refresh without other changes does not delay messages.
    const request = { isForNewCredentials: this.#credentials !== this.#sentCredentials };
    this.#tokenRequest = request;
    const ifCurrent = (act: () => void) => {
      if (request !== this.#tokenRequest) return;
      this.#tokenRequest = undefined;
      act();
    };
    Promise.resolve()
      .then(token)
      .then(
        (fresh) => ifCurrent(() => this.#authenticateWith(fresh)),
        () => ifCurrent(() => this.startIn(tokenRetryMs)),
      );
  }

  /** Calls `start` after a delay in milliseconds. */
  startIn(ms: number): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.start(), ms);
  }

  /**
   * The room accepted the credentials that were sent. If others were set meanwhile, those are sent next.
   * @param expiresAt when the token expires, in milliseconds; undefined if it does not
   */
  accepted(expiresAt: number | undefined): void {
    clearTimeout(this.#refreshTimer);
    this.#acceptedCredentials = this.#sentCredentials;
    if (this.#credentials !== this.#sentCredentials) return this.start();
    if (expiresAt === undefined || !this.canRefresh) return;
    this.#refreshTimer = setTimeout(() => this.start(), refreshDelay(expiresAt, Date.now()));
  }

  /** The room refused the credentials permanently: the last accepted ones are used again. */
  rejected(): void {
    this.#credentials = this.#acceptedCredentials;
  }

  /** Cancels the timers and the token request of a closed socket. */
  reset(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#refreshTimer);
    this.#tokenRequest = undefined;
  }

  #authenticateWith(token: string | undefined): void {
    this.#sentCredentials = this.#credentials;
    this.#authenticate({ ...this.#credentials, token });
  }
}
