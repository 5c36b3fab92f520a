/**
 * Whose sessions these are: the tables `claim` and `claim_tokens`. Whoever stores first claims the user's id, with the
 * token they bring or with one that they are given; a signed token of the user, or the operator's, leaves nothing to
 * be claimed. From then on nobody else gets in.
 */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import { digest, isOperator, randomSecret } from '../credentials/digests.ts';
import type { Proof } from '../credentials/signed-tokens.ts';

/** What the service allows, and who runs it. */
export interface ClaimSettings {
  operatorToken: string | undefined;
  /** Whether a first call may claim a user's id, and a claim's token counts. */
  open: boolean;
}

type Row = { salt: string; first_call_digest: string | null; tries_left: number; claimed_at: number };

/** What is stored, by which a first call can be recognised. */
export interface Call {
  /** Undefined where it bore no id of its own. */
  text: string | undefined;
  /** Whether an entry of its id is here. */
  isStored: boolean;
}

export class Claims {
  readonly #sql: SqlStorage;
  readonly #settings: ClaimSettings;
  /** The token that was last given away, for the same call again; storage only has its digest. */
  #given: string | undefined;

  constructor(sql: SqlStorage, settings: ClaimSettings) {
    this.#sql = sql;
    this.#settings = settings;
  }

  /**
   * Whether `proof` opens what is not there: `no_credential` (401) or `not_yours` (403), as if it were there.
   * @param isFirst whether it would be made by this call
   */
  admitToNothing(proof: Proof, isFirst: boolean): Outcome<void> {
    const isKnown = proof.kind === 'signed' || this.#isOperator(proof);
    if (isKnown || (isFirst && this.#settings.open)) return done(undefined);
    return refusal(proof);
  }

  /**
   * Whether `proof` opens these sessions: `no_credential` (401) or `not_yours` (403) where it does not, whatever there is.
   * A signed token of the user ends the claim for good. To be called in a transaction.
   */
  admit(proof: Proof): Outcome<void> {
    if (proof.kind === 'signed') this.#end();
    if (proof.kind === 'signed' || this.#isOperator(proof)) return done(undefined);
    if (!this.#holds(proof)) return refusal(proof);
    // Whoever has the token has not lost the answer to the first call.
    this.#forgetFirstCall();
    return done(undefined);
  }

  /**
   * As `admit`, for storing: the first call claims the id, and the same call again may have lost its answer.
   * @returns the token that was given to a caller without one
   */
  enter(proof: Proof, call: Call, now: number): Outcome<string | undefined> {
    const claim = this.#row();
    if (!claim) return done(this.#claim(proof, call, now));
    if (proof.kind === 'none') return this.#giveAgain(claim, call, now);
    const admitted = this.admit(proof);
    return admitted.ok ? done(undefined) : admitted;
  }

  /** Whether a first call with that would claim the user's id. */
  isClaiming(proof: Proof): boolean {
    return proof.kind !== 'signed' && !this.#isOperator(proof);
  }

  /** Forgets what was given, after a transaction failed. */
  forget(): void {
    this.#given = undefined;
  }

  #claim(proof: Proof, { text }: Call, now: number): string | undefined {
    const salt = randomSecret();
    const isNobody = proof.kind === 'none';
    this.#sql.exec(
      'INSERT INTO claim (id, salt, first_call_digest, tries_left, claimed_at) VALUES (1, ?, ?, ?, ?)',
      salt,
      // Only who is given a token can lose it with the answer.
      isNobody && text !== undefined ? digest(salt, 'call', text) : null,
      limits.claimTries,
      now,
    );
    if (isNobody) return this.#give(salt);
    if (proof.kind === 'token' && !this.#isOperator(proof)) this.#keep(salt, proof.token);
    return undefined;
  }

  /** Gives the first call a token again. Whoever tries to guess what it was has a few tries, and ends it with them. */
  #giveAgain({ salt, first_call_digest, tries_left, claimed_at }: Row, call: Call, now: number): Outcome<string> {
    const isOver = !this.#settings.open || now - claimed_at > limits.claimAgainMs || first_call_digest === null;
    if (isOver || call.text === undefined) return fail('no_credential');
    if (!call.isStored || first_call_digest !== digest(salt, 'call', call.text)) {
      this.#sql.exec('UPDATE claim SET tries_left = ?', tries_left - 1);
      if (tries_left <= 1) this.#forgetFirstCall();
      return fail('no_credential');
    }
    if (this.#given === undefined && this.#tokens() >= limits.claimTokens) return fail('no_credential');
    return done(this.#given ?? this.#give(salt));
  }

  #give(salt: string): string {
    this.#given = randomSecret();
    this.#keep(salt, this.#given);
    return this.#given;
  }

  #keep(salt: string, token: string): void {
    this.#sql.exec('INSERT INTO claim_tokens (token_digest) VALUES (?)', digest(salt, 'claim', token));
  }

  #end(): void {
    if (this.#tokens() === 0) return;
    this.#sql.exec('DELETE FROM claim_tokens');
    this.#forgetFirstCall();
  }

  #forgetFirstCall(): void {
    this.#given = undefined;
    this.#sql.exec('UPDATE claim SET first_call_digest = NULL WHERE first_call_digest IS NOT NULL');
  }

  #isOperator(proof: Proof): boolean {
    return proof.kind === 'token' && isOperator(proof.token, this.#settings.operatorToken);
  }

  #holds(proof: Proof): boolean {
    const claim = this.#row();
    if (proof.kind !== 'token' || !claim || !this.#settings.open) return false;
    const shown = digest(claim.salt, 'claim', proof.token);
    return this.#sql.exec('SELECT 1 FROM claim_tokens WHERE token_digest = ?', shown).toArray().length > 0;
  }

  #tokens(): number {
    return this.#sql.exec<{ kept: number }>('SELECT COUNT(*) AS kept FROM claim_tokens').one().kept;
  }

  #row(): Row | undefined {
    return this.#sql.exec<Row>('SELECT salt, first_call_digest, tries_left, claimed_at FROM claim').toArray()[0];
  }
}

function refusal(proof: Proof): Outcome<never> {
  return fail(proof.kind === 'none' ? 'no_credential' : 'not_yours');
}
