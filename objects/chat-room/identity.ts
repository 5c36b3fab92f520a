/** From credentials to a person of this room. Digests are compared first; only then is a signed token one. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { displayName } from '../../shared/participant.ts';
import { looksSigned } from '../../shared/signed.ts';
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

export class IdentityDesk {
  readonly #details: DetailsTable;
  readonly #operatorToken: string | undefined;

  /** @param operatorToken the secret `ADMIN_TOKEN`; without it there is no operator */
  constructor(details: DetailsTable, operatorToken: string | undefined) {
    this.#details = details;
    this.#operatorToken = operatorToken;
  }

  /** Whether `token` has the rights of this room's admin: it is theirs, or the operator's. */
  isAdmin(details: Details, token: string | undefined): boolean {
    if (token === undefined) return false;
    return isOperator(token, this.#operatorToken) || this.#details.isAdmin(details, token);
  }

  /** `isAdmin` for the documented reads. A signed token must be genuine, even though it is nobody's admin token. */
  recognise(details: Details, { token, isOperator }: Reader): Outcome<boolean> {
    if (isOperator) return done(true);
    if (token === undefined) return done(false);
    if (this.#details.isAdmin(details, token)) return done(true);
    return looksSigned(token) ? fail('no_signed_identities') : done(false);
  }

  /**
   * Finds out who is asking.
   * @returns `not_admin` (403) for a wrong admin token, `no_signed_identities` (501) for a signed token
   */
  identify(details: Details, { token, adminToken, name }: Credentials): Outcome<Identity> {
    if (adminToken !== undefined && !this.isAdmin(details, adminToken)) return fail('not_admin');
    const role = this.#role(token, adminToken);
    if (token === undefined) return done({ participant: null, role });
    if (looksSigned(token) && !isOperator(token, this.#operatorToken)) return fail('no_signed_identities');
    const id = `t:${readableDigest(details.salt, 'participant', token)}`;
    return done({ participant: { id, name: displayName(id, name), role }, role });
  }

  #role(token: string | undefined, adminToken: string | undefined): Identity['role'] {
    if (isOperator(adminToken, this.#operatorToken)) return 'operator';
    if (adminToken !== undefined) return 'admin';
    return token === undefined ? 'viewer' : 'member';
  }
}
