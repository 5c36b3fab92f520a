/** From credentials to a person of this room. What looks signed is verified first, which takes a moment; the rest does not. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { displayName } from '../../shared/participant.ts';
import type { Proof, SignedTokens } from '../credentials/signed-tokens.ts';
import { isOperator, readableDigest } from '../storage/digests.ts';
import type { Reader } from '../storage/reader.ts';
import type { Details, DetailsTable } from './details.ts';
import type { Identity } from './rules.ts';

/** What a caller shows: `token` says who they are, `adminToken` what they may. */
export interface Credentials {
  token?: string | undefined;
  adminToken?: string | undefined;
  name?: string | undefined;
}

/** Credentials of which the `token` was checked, if it is a signed one. */
export interface Shown extends Omit<Credentials, 'token'> {
  proof: Proof;
}

export class IdentityDesk {
  readonly #details: DetailsTable;
  readonly #signedTokens: SignedTokens;
  readonly #operatorToken: string | undefined;

  /** @param operatorToken the secret `ADMIN_TOKEN`; without it there is no operator */
  constructor(details: DetailsTable, signedTokens: SignedTokens, operatorToken: string | undefined) {
    this.#details = details;
    this.#signedTokens = signedTokens;
    this.#operatorToken = operatorToken;
  }

  /** Whether `token` has the rights of this room's admin: it is theirs, or the operator's. */
  isAdmin(details: Details, token: string | undefined): boolean {
    if (token === undefined) return false;
    return isOperator(token, this.#operatorToken) || this.#details.isAdmin(details, token);
  }

  /** `isAdmin` for the documented reads. A signed token must be genuine, even though it is nobody's admin token. */
  async recognise(details: Details, { token, isOperator }: Reader): Promise<Outcome<boolean>> {
    if (isOperator) return done(true);
    if (token !== undefined && this.#details.isAdmin(details, token)) return done(true);
    const proof = await this.#signedTokens.prove(token);
    return proof.ok ? done(false) : proof;
  }

  /** Checks a signed token: `signed_token_invalid` or `_expired` (401), or `no_signed_identities` (501). */
  async check({ token, adminToken, name }: Credentials): Promise<Outcome<Shown>> {
    const proof = await this.#signedTokens.prove(token);
    return proof.ok ? done({ proof: proof.value, adminToken, name }) : proof;
  }

  /** Finds out who is asking. `not_admin` (403) for a wrong admin token. */
  identify(details: Details, { proof, adminToken, name }: Shown): Outcome<Identity> {
    if (adminToken !== undefined && !this.isAdmin(details, adminToken)) return fail('not_admin');
    const role = this.#role(proof, adminToken);
    switch (proof.kind) {
      case 'none':
        return done({ participant: null, role });
      case 'token': {
        const id = `t:${readableDigest(details.salt, 'participant', proof.token)}`;
        return done({ participant: { id, name: displayName(id, name), role }, role });
      }
      case 'signed': {
        const { userId, expiresAt, name: signedName } = proof.person;
        const id = `u:${userId}`;
        return done({ participant: { id, name: displayName(id, signedName ?? name), role }, role, expiresAt });
      }
    }
  }

  #role(proof: Proof, adminToken: string | undefined): Identity['role'] {
    if (isOperator(adminToken, this.#operatorToken)) return 'operator';
    if (adminToken !== undefined) return 'admin';
    return proof.kind === 'none' ? 'viewer' : 'member';
  }
}
