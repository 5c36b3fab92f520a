/**
 * Who owns the sessions of a user: the tables `claim` and `claim_tokens`. The first call that stores an entry claims the
 * user id, with the token that it sends or with one that is issued for it. A signed token of the user and the operator's
 * token have access without a claim; if one of them stores first, the user id can no longer be claimed. All other tokens
 * are refused. The methods that write are called in a transaction.
 */
import { fail, ok, type Result } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import { digest, isOperator, randomSecret } from '../credentials/digests.ts';
import type { VerifiedToken } from '../credentials/jwt.ts';

export interface OwnershipSettings {
  /** Without it, no token is the operator's. */
  operatorToken: string | undefined;
  /** Whether a first call may claim a user id, and whether the tokens of claims are accepted. */
  allowsClaims: boolean;
}

type Row = { salt: string; first_call_digest: string | null; tries_left: number; claimed_at: number };

/** A call that stores an entry, as it is compared with the first call of this user. */
export interface FirstCall {
  /** The entry as JSON; undefined without a `chatId`: such a call cannot be recognized when it is repeated. */
  text: string | undefined;
  /** Whether an entry with its `chatId` is stored. */
  isStored: boolean;
}

export class Ownership {
  readonly #sql: SqlStorage;
  readonly #settings: OwnershipSettings;
  /** The token issued last, to answer a repeated first call with the same one; storage has only its digest. */
  #issuedToken: string | undefined;

  constructor(sql: SqlStorage, settings: OwnershipSettings) {
    this.#sql = sql;
    this.#settings = settings;
  }

  /**
   * Whether a caller has access to a user id under which nothing was ever stored.
   * @param isFirst whether the call is going to store an entry
   * @returns `no_credential` (401) or `not_yours` (403), the same as if there were sessions
   */
  authorizeAbsent(verified: VerifiedToken, isFirst: boolean): Result<void> {
    const isVerifiedOwner = verified.kind === 'signed' || this.#isOperator(verified);
    if (isVerifiedOwner || (isFirst && this.#settings.allowsClaims)) return ok(undefined);
    return refusal(verified);
  }

  /**
   * Whether a caller has access to these sessions. A signed token of the user permanently revokes the tokens of the claim.
   * @returns `no_credential` (401) or `not_yours` (403), whether or not any session exists
   */
  authorize(verified: VerifiedToken): Result<void> {
    if (verified.kind === 'signed') this.#revokeTokens();
    if (verified.kind === 'signed' || this.#isOperator(verified)) return ok(undefined);
    if (!this.#isOwnerToken(verified)) return refusal(verified);
    // A caller who has the token has received the response to the first call.
    this.#clearFirstCall();
    return ok(undefined);
  }

  /**
   * As `authorize`, for a call that stores an entry: the first one claims the user id. A repetition of the first one
   * without a token receives a token again, because the response may have been lost.
   * @returns the token issued to a caller without one; undefined if none was issued
   */
  claimOrAuthorize(verified: VerifiedToken, call: FirstCall, now: number): Result<string | undefined> {
    const claim = this.#row();
    if (!claim) return ok(this.#claim(verified, call, now));
    if (verified.kind === 'none') return this.#reissue(claim, call, now);
    const authorized = this.authorize(verified);
    return authorized.ok ? ok(undefined) : authorized;
  }

  /** Whether a first call with this token would claim the user id. */
  wouldClaim(verified: VerifiedToken): boolean {
    return verified.kind !== 'signed' && !this.#isOperator(verified);
  }

  /** Forgets the issued token after the transaction that stored its digest was rolled back. */
  invalidate(): void {
    this.#issuedToken = undefined;
  }

  #claim(verified: VerifiedToken, { text }: FirstCall, now: number): string | undefined {
    const salt = randomSecret();
    const isAnonymous = verified.kind === 'none';
    this.#sql.exec(
      'INSERT INTO claim (id, salt, first_call_digest, tries_left, claimed_at) VALUES (1, ?, ?, ?, ?)',
      salt,
      // Only a caller who was issued a token can have lost it with the response.
      isAnonymous && text !== undefined ? digest(salt, 'call', text) : null,
      limits.sessions.tokenReissueOtherCalls,
      now,
    );
    if (isAnonymous) return this.#issue(salt);
    if (verified.kind === 'token' && !this.#isOperator(verified)) this.#saveToken(salt, verified.token);
    return undefined;
  }

  /**
   * Issues a token for a repetition of the first call. Other calls without a token may be guesses at its content, so a few
   * of them end the reissue.
   * @returns `no_credential` (401) for any other call
   */
  #reissue({ salt, first_call_digest, tries_left, claimed_at }: Row, call: FirstCall, now: number): Result<string> {
    const isExpired =
      !this.#settings.allowsClaims || now - claimed_at > limits.sessions.tokenReissueMs || first_call_digest === null;
    if (isExpired || call.text === undefined) return fail('no_credential');
    if (!call.isStored || first_call_digest !== digest(salt, 'call', call.text)) {
      this.#sql.exec('UPDATE claim SET tries_left = ?', tries_left - 1);
      if (tries_left <= 1) this.#clearFirstCall();
      return fail('no_credential');
    }
    if (this.#issuedToken === undefined && this.#countTokens() >= limits.sessions.tokenReissueCount)
      return fail('no_credential');
    return ok(this.#issuedToken ?? this.#issue(salt));
  }

  #issue(salt: string): string {
    this.#issuedToken = randomSecret();
    this.#saveToken(salt, this.#issuedToken);
    return this.#issuedToken;
  }

  #saveToken(salt: string, token: string): void {
    this.#sql.exec('INSERT INTO claim_tokens (token_digest) VALUES (?)', digest(salt, 'claim', token));
  }

  #revokeTokens(): void {
    if (this.#countTokens() === 0) return;
    this.#sql.exec('DELETE FROM claim_tokens');
    this.#clearFirstCall();
  }

  #clearFirstCall(): void {
    this.#issuedToken = undefined;
    this.#sql.exec('UPDATE claim SET first_call_digest = NULL WHERE first_call_digest IS NOT NULL');
  }

  #isOperator(verified: VerifiedToken): boolean {
    return verified.kind === 'token' && isOperator(verified.token, this.#settings.operatorToken);
  }

  #isOwnerToken(verified: VerifiedToken): boolean {
    const claim = this.#row();
    if (verified.kind !== 'token' || !claim || !this.#settings.allowsClaims) return false;
    const tokenDigest = digest(claim.salt, 'claim', verified.token);
    return this.#sql.exec('SELECT 1 FROM claim_tokens WHERE token_digest = ?', tokenDigest).toArray().length > 0;
  }

  #countTokens(): number {
    return this.#sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM claim_tokens').one().count;
  }

  #row(): Row | undefined {
    return this.#sql.exec<Row>('SELECT salt, first_call_digest, tries_left, claimed_at FROM claim').toArray()[0];
  }
}

function refusal(verified: VerifiedToken): Result<never> {
  return fail(verified.kind === 'none' ? 'no_credential' : 'not_yours');
}
