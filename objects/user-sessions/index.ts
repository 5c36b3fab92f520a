/** The Durable Object of a user: all of their sessions and entries, so that every call is one consistent hop. */
import { DurableObject } from 'cloudflare:workers';
import { userKey } from '../../shared/copies.ts';
import { noteEvent } from '../../shared/events.ts';
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { Guesses } from '../../shared/guesses.ts';
import { limits } from '../../shared/limits.ts';
import { isOperator } from '../credentials/digests.ts';
import { type IssuedToken, type Proof, SignedTokens, type TokenRequest } from '../credentials/signed-tokens.ts';
import { systemClock } from '../storage/clock.ts';
import { kvCopy } from '../storage/copy.ts';
import { hasSchema, migrate } from '../storage/migrations.ts';
import { Outbox } from '../storage/outbox.ts';
import { Wake } from '../storage/wake.ts';
import { type Call, Claims } from './claims.ts';
import { Entries, type History, type NewEntry, type SessionPage, type Stored } from './entries.ts';
import { migrations } from './schema.ts';

/** What storing is answered with; `token` to who claimed the id without one. */
interface Kept extends Stored {
  token?: string;
}

/** Who asks, about whom, and from where. */
interface Asker {
  userId: string;
  token: string | undefined;
  address: string;
}

export class UserSessions extends DurableObject<Env> {
  readonly #signedTokens: SignedTokens;
  readonly #guesses: Guesses;
  readonly #claims: Claims;
  readonly #entries: Entries;
  readonly #wake: Wake;
  readonly #outbox: Outbox<'kv'>;
  #migrated = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    this.#signedTokens = new SignedTokens(env, systemClock);
    this.#guesses = new Guesses({ isOn: env.RATE_LIMITS !== 'off', everywhere: undefined });
    this.#claims = new Claims(storage.sql, { operatorToken: env.ADMIN_TOKEN, open: env.CLAIMS !== 'off' });
    this.#entries = new Entries(storage.sql);
    this.#wake = new Wake(
      storage,
      () => (this.#isMade() ? this.#outbox.nextDue() : undefined),
      (reason) => noteEvent(env.EVENTS, 'error', { reason }),
    );
    const mirror = () => JSON.stringify(this.#entries.sessions({ limit: limits.sessionsSizeMax }).sessions);
    this.#outbox = new Outbox({
      storage,
      wake: this.#wake,
      clock: systemClock,
      copies: {
        kv: {
          ...kvCopy,
          exists: () => this.#entries.any(),
          // No session comes or goes without a call.
          measure: () => 0,
          put: (userId) => env.USER_CHATS.put(userKey(userId), mirror()),
          remove: (userId) => env.USER_CHATS.delete(userKey(userId)),
        },
      },
    });
  }

  /** Stores an entry, for the owner, for who becomes it by this call, or for the operator. */
  async store(asker: Asker, entry: NewEntry): Promise<Outcome<Kept>> {
    const { userId } = asker;
    const proof = await this.#prove(asker);
    if (!proof.ok) return proof;
    if (!this.#isMade()) {
      const admitted = this.#claims.admitToNothing(proof.value, true);
      if (!admitted.ok) return this.#noting(asker, admitted);
      const allowed = await this.#allowClaim(asker, proof.value);
      if (!allowed.ok) return this.#noting(asker, allowed);
    }
    const now = systemClock.now();
    const kept = this.#change((): Outcome<Kept> => {
      migrate(this.ctx.storage, migrations);
      const entered = this.#claims.enter(proof.value, this.#callOf(entry), now);
      if (!entered.ok) return entered;
      const stored = this.#entries.store(entry, now);
      if (!stored.ok) return stored;
      if (!stored.value.duplicate) this.#outbox.mark(userId, stored.value.beginsSession ? 'now' : 'later');
      return done({ ...stored.value, ...(entered.value !== undefined && { token: entered.value }) });
    });
    await this.#outbox.settle();
    return this.#noting(asker, kept);
  }

  /** A page of a session, oldest first, for the owner or the operator. */
  async history(asker: Asker, sessionId: string, after: number, limit: number): Promise<Outcome<History>> {
    const admitted = await this.#admit(asker);
    if (!admitted.ok) return admitted;
    return this.#isMade() ? this.#entries.history(sessionId, after, limit) : fail('session_not_found');
  }

  /** A page of the sessions, newest first, for the owner or the operator. */
  async sessions(asker: Asker, before: number | undefined, limit: number): Promise<Outcome<SessionPage>> {
    const admitted = await this.#admit(asker);
    if (!admitted.ok) return admitted;
    return done(this.#isMade() ? this.#entries.sessions({ before, limit }) : { sessions: [] });
  }

  /** Removes a session, for the owner or the operator. */
  async remove(asker: Asker, sessionId: string): Promise<Outcome<'Chat history deleted successfully'>> {
    const admitted = await this.#admit(asker);
    if (!admitted.ok) return admitted;
    if (!this.#isMade()) return fail('session_not_found');
    const removed = this.#change(() => {
      const outcome = this.#entries.remove(sessionId);
      if (outcome.ok) this.#outbox.mark(asker.userId, 'now');
      return outcome;
    });
    await this.#outbox.settle();
    return removed.ok ? done('Chat history deleted successfully') : removed;
  }

  /** Issues a signed token of this user, for the operator. */
  async issueToken(token: string | undefined, request: TokenRequest): Promise<Outcome<IssuedToken>> {
    if (token === undefined) return fail('no_credential');
    if (!isOperator(token, this.env.ADMIN_TOKEN)) return fail('not_operator');
    return this.#signedTokens.issue(request);
  }

  override alarm(): Promise<void> {
    return this.#wake.ring(systemClock, {
      copies: () => (this.#isMade() ? this.#outbox.drain() : undefined),
    });
  }

  /** A signed token that names somebody else opens nothing here, whatever there is. */
  async #prove({ userId, token, address }: Asker): Promise<Outcome<Proof>> {
    const proof = await this.#signedTokens.prove(token);
    if (!proof.ok || proof.value.kind === 'none') return proof;
    if (proof.value.kind === 'signed') return proof.value.person.userId === userId ? proof : fail('not_yours');
    const taken = this.#guesses.take(address, systemClock.now());
    return taken.ok ? proof : taken;
  }

  async #admit(asker: Asker): Promise<Outcome<void>> {
    const proof = await this.#prove(asker);
    if (!proof.ok) return proof;
    const { value } = proof;
    const claims = this.#claims;
    const admitted = this.#isMade() ? this.#change(() => claims.admit(value)) : claims.admitToNothing(value, false);
    return this.#noting(asker, admitted);
  }

  /** Gives the guess back that a token was, unless it was wrong. */
  #noting<T>({ address, token }: Asker, outcome: Outcome<T>): Outcome<T> {
    const isWrong = !outcome.ok && outcome.failure.code === 'not_yours';
    if (token !== undefined && !isWrong) this.#guesses.giveBack(address);
    return outcome;
  }

  /** What is stored, by which a first call can be recognised. */
  #callOf(entry: NewEntry): Call {
    const { chatId } = entry;
    if (chatId === undefined) return { text: undefined, isStored: false };
    return { text: JSON.stringify(entry), isStored: this.#entries.has(chatId) };
  }

  /** A claim makes an object with storage of its own: it counts as a creation of that address. `rate_limited` (429). */
  async #allowClaim({ address }: Asker, proof: Proof): Promise<Outcome<void>> {
    if (this.env.RATE_LIMITS === 'off' || !this.#claims.isClaiming(proof)) return done(undefined);
    const counted = await this.env.CREATIONS.limit({ key: address }).catch(() => ({ success: true }));
    return counted.success ? done(undefined) : fail('rate_limited', { retryAfter: limits.allowanceSeconds });
  }

  /** Writes all of `work` or nothing. */
  #change<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work);
    } catch (error) {
      this.#migrated = false;
      this.#claims.forget();
      this.#wake.forget();
      throw error;
    }
  }

  /** Whether anything was ever stored here: asking makes no table, row or alarm. */
  #isMade(): boolean {
    if (this.#migrated) return true;
    if (!hasSchema(this.ctx.storage)) return false;
    migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    return true;
  }
}
