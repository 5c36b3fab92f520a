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
  /** Numbers the introductions: a token that comes late is not shown after a later one. */
  #turn = 0;
  #pausing: ReturnType<typeof setTimeout> | undefined;
  #renewing: ReturnType<typeof setTimeout> | undefined;

  /** @param show says it to the room, if there is a line */
  constructor(credentials: RoomCredentials, show: (credentials: ShownCredentials) => void) {
    this.#credentials = credentials;
    this.#show = show;
  }

  /** Shows other credentials from the next introduction on. */
  change(credentials: Partial<RoomCredentials>): void {
    this.#credentials = { ...this.#credentials, ...credentials };
  }

  /** Introduces oneself. */
  begin(): void {
    const { token, ...rest } = this.#credentials;
    const turn = ++this.#turn;
    if (typeof token !== 'function') return this.#show({ ...rest, token });
    const ifStillWanted = (act: () => void) => turn === this.#turn && act();
    Promise.resolve()
      .then(token)
      .then(
        (fresh) => ifStillWanted(() => this.#show({ ...rest, token: fresh })),
        () => ifStillWanted(() => this.beginIn(tokenAgainMs)),
      );
  }

  /** Introduces oneself after so many milliseconds. */
  beginIn(ms: number): void {
    clearTimeout(this.#pausing);
    this.#pausing = setTimeout(() => this.begin(), ms);
  }

  /** The room took it, until its token expires (milliseconds), if it does. */
  taken(expiresAt: number | undefined): void {
    clearTimeout(this.#renewing);
    if (expiresAt === undefined || typeof this.#credentials.token !== 'function') return;
    this.#renewing = setTimeout(() => this.begin(), renewalIn(expiresAt, Date.now()));
  }

  /** The line is gone: nothing of it is due any more. */
  reset(): void {
    clearTimeout(this.#pausing);
    clearTimeout(this.#renewing);
    this.#turn++;
  }
}
