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

type Row = { salt: string; first_call_digest: string | null; claimed_at: number };

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
    const isOpen = proof.kind === 'signed' || this.#isOperator(proof) || this.#holds(proof);
    return isOpen ? done(undefined) : refusal(proof);
  }

  /**
   * As `admit`, for storing: the first call claims the id, and the same call again may have lost its answer.
   * @param call what is stored, by which a first call can be recognised; undefined where it bore no id of its own
   * @returns the token that was given to a caller without one
   */
  enter(proof: Proof, call: string | undefined, now: number): Outcome<string | undefined> {
    const claim = this.#row();
    if (!claim) return done(this.#claim(proof, call, now));
    if (proof.kind === 'none') return this.#giveAgain(claim, call, now);
    const admitted = this.admit(proof);
    return admitted.ok ? done(undefined) : admitted;
  }

  /** Forgets what was given, after a transaction failed. */
  forget(): void {
    this.#given = undefined;
  }

  #claim(proof: Proof, call: string | undefined, now: number): string | undefined {
    const salt = randomSecret();
    const isNobody = proof.kind === 'none';
    this.#sql.exec(
      'INSERT INTO claim (id, salt, first_call_digest, claimed_at) VALUES (1, ?, ?, ?)',
      salt,
      // Only who is given a token can lose it with the answer.
      isNobody && call !== undefined ? digest(salt, 'message', call) : null,
      now,
    );
    if (isNobody) return this.#give(salt);
    if (proof.kind === 'token' && !this.#isOperator(proof)) this.#keep(salt, proof.token);
    return undefined;
  }

  #giveAgain({ salt, first_call_digest, claimed_at }: Row, call: string | undefined, now: number): Outcome<string> {
    const isFirst = call !== undefined && first_call_digest === digest(salt, 'message', call);
    if (!isFirst || !this.#settings.open || now - claimed_at > limits.claimAgainMs) return fail('no_credential');
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
    this.#given = undefined;
    this.#sql.exec('DELETE FROM claim_tokens');
    this.#sql.exec('UPDATE claim SET first_call_digest = NULL');
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
    return this.#sql.exec<Row>('SELECT salt, first_call_digest, claimed_at FROM claim').toArray()[0];
  }
}

function refusal(proof: Proof): Outcome<never> {
  return fail(proof.kind === 'none' ? 'no_credential' : 'not_yours');
}
