/** The Durable Object of a user: holds all of their sessions and entries, so that every call is one consistent request. */
import { DurableObject } from 'cloudflare:workers';
import { recordEvent } from '../../shared/events.ts';
import { fail, ok, type Result } from '../../shared/failures.ts';
import { GuessLimiter } from '../../shared/guess-limiter.ts';
import { userKey } from '../../shared/kv-keys.ts';
import { limits } from '../../shared/limits.ts';
import { isOperator } from '../credentials/digests.ts';
import { type IssuedToken, Jwt, type TokenRequest, type VerifiedToken } from '../credentials/jwt.ts';
import { AlarmScheduler, type Job } from '../storage/alarm-scheduler.ts';
import { systemClock } from '../storage/clock.ts';
import { Database } from '../storage/database.ts';
import { Outbox } from '../storage/outbox.ts';
import { kvReplica } from '../storage/replica.ts';
import { Entries, type NewEntry, type SessionHistory, type SessionPage, type StoredEntry } from './entries.ts';
import { type FirstCall, Ownership } from './ownership.ts';
import { migrations } from './schema.ts';

interface StoreResult extends StoredEntry {
  /** The token issued to a caller who claimed the user id without one. */
  token?: string;
}

/** A caller and the user whose sessions they access. */
interface SessionCaller {
  userId: string;
  /** A user-chosen, issued or signed token, or the operator's. */
  token: string | undefined;
  /** The network address, for rate limits. */
  address: string;
}

export class UserSessions extends DurableObject<Env> {
  readonly #database: Database;
  readonly #jwt: Jwt;
  readonly #guessLimiter: GuessLimiter;
  readonly #ownership: Ownership;
  readonly #entries: Entries;
  readonly #alarmScheduler: AlarmScheduler;
  readonly #outbox: Outbox<'kv'>;
  readonly #jobs: readonly Job[] = [
    { name: 'copies', due: () => this.#outbox.nextDue(), run: () => this.#outbox.drain() },
  ];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    this.#database = new Database(storage, migrations);
    this.#jwt = new Jwt(env, systemClock);
    this.#guessLimiter = new GuessLimiter({ isEnabled: env.RATE_LIMITS !== 'off', globalLimit: undefined });
    this.#ownership = new Ownership(storage.sql, {
      operatorToken: env.ADMIN_TOKEN,
      allowsClaims: env.CLAIMS !== 'off',
    });
    this.#entries = new Entries(storage.sql);
    this.#alarmScheduler = new AlarmScheduler({
      storage,
      clock: systemClock,
      jobs: () => (this.#database.exists() ? this.#jobs : []),
      onJobFailed: (reason) => recordEvent(env.EVENTS, 'error', { reason }),
    });
    this.#database.registerCaches(this.#ownership, this.#alarmScheduler);
    const sessionList = () => JSON.stringify(this.#entries.sessions({ limit: limits.sessions.listSizeMax }).sessions);
    this.#outbox = new Outbox({
      storage,
      alarmScheduler: this.#alarmScheduler,
      clock: systemClock,
      replicas: {
        kv: {
          ...kvReplica,
          exists: () => this.#entries.hasSessions(),
          // Sessions change only by calls.
          currentCount: () => 0,
          put: (userId) => env.USER_CHATS.put(userKey(userId), sessionList()),
          remove: (userId) => env.USER_CHATS.delete(userKey(userId)),
        },
      },
    });
  }

  /**
   * Stores an entry. The first call for a user id claims it.
   * @returns `no_credential` (401), `not_yours` (403), `chat_id_reused` (409), `rate_limited` (429)
   */
  async store(caller: SessionCaller, entry: NewEntry): Promise<Result<StoreResult>> {
    const { userId } = caller;
    const verified = await this.#verifyToken(caller);
    if (!verified.ok) return verified;
    if (!this.#database.exists()) {
      const authorized = this.#ownership.authorizeAbsent(verified.value, true);
      if (!authorized.ok) return this.#refundGuess(caller, authorized);
      const allowed = await this.#limitClaims(caller, verified.value);
      if (!allowed.ok) return this.#refundGuess(caller, allowed);
    }
    const now = systemClock.now();
    const result = this.#database.transaction((): Result<StoreResult> => {
      this.#database.createSchema();
      const claimed = this.#ownership.claimOrAuthorize(verified.value, this.#firstCallOf(entry), now);
      if (!claimed.ok) return claimed;
      const stored = this.#entries.store(entry, now);
      if (!stored.ok) return stored;
      if (!stored.value.duplicate) this.#outbox.markDirty(userId, stored.value.isNewSession ? 'now' : 'later');
      return ok({ ...stored.value, ...(claimed.value !== undefined && { token: claimed.value }) });
    });
    await this.#outbox.deliver();
    return this.#refundGuess(caller, result);
  }

  /**
   * Reads a page of a session, oldest entry first, for the owner or the operator.
   * @param after cursor of the previous page; 0 for the first page
   * @returns `no_credential` (401), `not_yours` (403), `session_not_found` (404)
   */
  async history(
    caller: SessionCaller,
    sessionId: string,
    after: number,
    limit: number,
  ): Promise<Result<SessionHistory>> {
    const authorized = await this.#authorize(caller);
    if (!authorized.ok) return authorized;
    return this.#database.exists() ? this.#entries.history(sessionId, after, limit) : fail('session_not_found');
  }

  /**
   * Reads a page of the sessions, newest first, for the owner or the operator.
   * @param before cursor of the previous page
   * @returns `no_credential` (401), `not_yours` (403)
   */
  async sessions(caller: SessionCaller, before: number | undefined, limit: number): Promise<Result<SessionPage>> {
    const authorized = await this.#authorize(caller);
    if (!authorized.ok) return authorized;
    return ok(this.#database.exists() ? this.#entries.sessions({ before, limit }) : { sessions: [] });
  }

  /**
   * Deletes a session, for the owner or the operator.
   * @returns `no_credential` (401), `not_yours` (403), `session_not_found` (404)
   */
  async remove(caller: SessionCaller, sessionId: string): Promise<Result<'Chat history deleted successfully'>> {
    const authorized = await this.#authorize(caller);
    if (!authorized.ok) return authorized;
    if (!this.#database.exists()) return fail('session_not_found');
    const removed = this.#database.transaction(() => {
      const outcome = this.#entries.remove(sessionId);
      if (outcome.ok) this.#outbox.markDirty(caller.userId, 'now');
      return outcome;
    });
    await this.#outbox.deliver();
    return removed.ok ? ok('Chat history deleted successfully') : removed;
  }

  /**
   * Issues a signed token of this user, for the operator.
   * @returns `no_credential` (401), `not_operator` (403), `no_signed_identities` (501)
   */
  async issueToken(token: string | undefined, request: TokenRequest): Promise<Result<IssuedToken>> {
    if (token === undefined) return fail('no_credential');
    if (!isOperator(token, this.env.ADMIN_TOKEN)) return fail('not_operator');
    return this.#jwt.issue(request);
  }

  override alarm(): Promise<void> {
    return this.#alarmScheduler.run();
  }

  /**
   * Verifies the caller's token and charges an opaque one as a guess.
   * @returns `not_yours` (403) for a signed token of another user; the failures of `Jwt.verify` and `GuessLimiter.charge`
   */
  async #verifyToken({ userId, token, address }: SessionCaller): Promise<Result<VerifiedToken>> {
    const verified = await this.#jwt.verify(token);
    if (!verified.ok || verified.value.kind === 'none') return verified;
    if (verified.value.kind === 'signed')
      return verified.value.subject.userId === userId ? verified : fail('not_yours');
    const charged = this.#guessLimiter.charge(address, systemClock.now());
    return charged.ok ? verified : charged;
  }

  async #authorize(caller: SessionCaller): Promise<Result<void>> {
    const verified = await this.#verifyToken(caller);
    if (!verified.ok) return verified;
    const { value } = verified;
    const ownership = this.#ownership;
    const authorized = this.#database.exists()
      ? this.#database.transaction(() => ownership.authorize(value))
      : ownership.authorizeAbsent(value, false);
    return this.#refundGuess(caller, authorized);
  }

  /** Refunds the guess that `#verifyToken` charged, unless the token was wrong. */
  #refundGuess<T>({ address, token }: SessionCaller, outcome: Result<T>): Result<T> {
    const isWrong = !outcome.ok && outcome.failure.code === 'not_yours';
    if (token !== undefined && !isWrong) this.#guessLimiter.refund(address);
    return outcome;
  }

  #firstCallOf(entry: NewEntry): FirstCall {
    const { chatId } = entry;
    if (chatId === undefined) return { text: undefined, isStored: false };
    return { text: JSON.stringify(entry), isStored: this.#entries.hasEntry(chatId) };
  }

  /** A claim creates an object with storage, so it counts as a creation of the address; `rate_limited` (429). */
  async #limitClaims({ address }: SessionCaller, verified: VerifiedToken): Promise<Result<void>> {
    if (this.env.RATE_LIMITS === 'off' || !this.#ownership.wouldClaim(verified)) return ok(undefined);
    const counted = await this.env.CREATIONS.limit({ key: address }).catch(() => ({ success: true }));
    return counted.success ? ok(undefined) : fail('rate_limited', { retryAfter: limits.rate.windowSeconds });
  }
}
