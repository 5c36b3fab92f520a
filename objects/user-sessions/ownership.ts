/**
 * Whose sessions these are: the tables `claim` and `claim_tokens`. Whoever stores first claims the user's id, with the
 * token they bring or with one that they are given; a signed token of the user, or the operator's, leaves nothing to
 * be claimed. From then on nobody else gets in.
 */
import { fail, ok, type Result } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import { digest, isOperator, randomSecret } from '../credentials/digests.ts';
import type { VerifiedToken } from '../credentials/jwt.ts';

/** What the service allows, and who runs it. */
export interface OwnershipSettings {
  operatorToken: string | undefined;
  /** Whether a first call may claim a user's id, and a claim's token counts. */
  allowsClaims: boolean;
}

type Row = { salt: string; first_call_digest: string | null; tries_left: number; claimed_at: number };

/** What is stored, by which a first call can be recognised. */
export interface FirstCall {
  /** Undefined where it bore no id of its own. */
  text: string | undefined;
  /** Whether an entry of its id is here. */
  isStored: boolean;
}

export class Ownership {
  readonly #sql: SqlStorage;
  readonly #settings: OwnershipSettings;
  /** The token that was last given away, for the same call again; storage only has its digest. */
  #issuedToken: string | undefined;

  constructor(sql: SqlStorage, settings: OwnershipSettings) {
    this.#sql = sql;
    this.#settings = settings;
  }

  /**
   * Whether `proof` opens what is not there: `no_credential` (401) or `not_yours` (403), as if it were there.
   * @param isFirst whether it would be made by this call
   */
  authorizeAbsent(verified: VerifiedToken, isFirst: boolean): Result<void> {
    const isVerifiedOwner = verified.kind === 'signed' || this.#isOperator(verified);
    if (isVerifiedOwner || (isFirst && this.#settings.allowsClaims)) return ok(undefined);
    return refusal(verified);
  }

  /**
   * Whether `proof` opens these sessions: `no_credential` (401) or `not_yours` (403) where it does not, whatever there is.
   * A signed token of the user ends the claim for good. To be called in a transaction.
   */
  authorize(verified: VerifiedToken): Result<void> {
    if (verified.kind === 'signed') this.#revokeTokens();
    if (verified.kind === 'signed' || this.#isOperator(verified)) return ok(undefined);
    if (!this.#isOwnerToken(verified)) return refusal(verified);
    // Whoever has the token has not lost the answer to the first call.
    this.#clearFirstCall();
    return ok(undefined);
  }

  /**
   * As `admit`, for storing: the first call claims the id, and the same call again may have lost its answer.
   * @returns the token that was given to a caller without one
   */
  claimOrAuthorize(verified: VerifiedToken, call: FirstCall, now: number): Result<string | undefined> {
    const claim = this.#row();
    if (!claim) return ok(this.#claim(verified, call, now));
    if (verified.kind === 'none') return this.#reissue(claim, call, now);
    const authorized = this.authorize(verified);
    return authorized.ok ? ok(undefined) : authorized;
  }

  /** Whether a first call with that would claim the user's id. */
  wouldClaim(verified: VerifiedToken): boolean {
    return verified.kind !== 'signed' && !this.#isOperator(verified);
  }

  /** Forgets what was given, after a transaction failed. */
  invalidate(): void {
    this.#issuedToken = undefined;
  }

  #claim(verified: VerifiedToken, { text }: FirstCall, now: number): string | undefined {
    const salt = randomSecret();
    const isAnonymous = verified.kind === 'none';
    this.#sql.exec(
      'INSERT INTO claim (id, salt, first_call_digest, tries_left, claimed_at) VALUES (1, ?, ?, ?, ?)',
      salt,
      // Only who is given a token can lose it with the answer.
      isAnonymous && text !== undefined ? digest(salt, 'call', text) : null,
      limits.tokenReissueOtherCalls,
      now,
    );
    if (isAnonymous) return this.#issue(salt);
    if (verified.kind === 'token' && !this.#isOperator(verified)) this.#saveToken(salt, verified.token);
    return undefined;
  }

  /** Gives the first call a token again. Whoever tries to guess what it was has a few tries, and ends it with them. */
  #reissue({ salt, first_call_digest, tries_left, claimed_at }: Row, call: FirstCall, now: number): Result<string> {
    const isExpired =
      !this.#settings.allowsClaims || now - claimed_at > limits.tokenReissueMs || first_call_digest === null;
    if (isExpired || call.text === undefined) return fail('no_credential');
    if (!call.isStored || first_call_digest !== digest(salt, 'call', call.text)) {
      this.#sql.exec('UPDATE claim SET tries_left = ?', tries_left - 1);
      if (tries_left <= 1) this.#clearFirstCall();
      return fail('no_credential');
    }
    if (this.#issuedToken === undefined && this.#countTokens() >= limits.tokenReissueCount)
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
    return this.#sql.exec<{ kept: number }>('SELECT COUNT(*) AS kept FROM claim_tokens').one().kept;
  }

  #row(): Row | undefined {
    return this.#sql.exec<Row>('SELECT salt, first_call_digest, tries_left, claimed_at FROM claim').toArray()[0];
  }
}

function refusal(verified: VerifiedToken): Result<never> {
  return fail(verified.kind === 'none' ? 'no_credential' : 'not_yours');
}
