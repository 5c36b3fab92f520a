/** From credentials to a person of this room. What looks signed is verified first, which takes a moment; the rest does not. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import type { Guesses } from '../../shared/guesses.ts';
import { displayName } from '../../shared/participant.ts';
import { isOperator, readableDigest } from '../credentials/digests.ts';
import type { Reader } from '../credentials/reader.ts';
import type { Proof, SignedTokens } from '../credentials/signed-tokens.ts';
import type { Clock } from '../storage/clock.ts';
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

/** What lies outside. */
export interface IdentityWorld {
  /** The secret `ADMIN_TOKEN`; without it there is no operator. */
  operatorToken: string | undefined;
  signedTokens: SignedTokens;
  guesses: Guesses;
  clock: Clock;
}

export class IdentityDesk {
  readonly #details: DetailsTable;
  readonly #world: IdentityWorld;

  constructor(details: DetailsTable, world: IdentityWorld) {
    this.#details = details;
    this.#world = world;
  }

  /**
   * Lets whoever has the rights of this room's admin pass: the token is theirs, or the operator's.
   * @param address where it comes from, a digest
   * @returns `not_admin` (403), or `too_many_guesses` (429) before the token is looked at
   */
  admit(details: Details, token: string, address: string): Outcome<void> {
    return this.#weigh(
      address,
      () => isOperator(token, this.#world.operatorToken) || this.#details.isAdmin(details, token),
    );
  }

  /**
   * Whether the documented reads come from the admin. A signed token must be genuine, even though it is nobody's admin
   * token; any other that is not the admin's is a guess.
   */
  async recognise(details: Details, { token, isOperator }: Reader, address: string): Promise<Outcome<boolean>> {
    if (isOperator) return done(true);
    if (token === undefined) return done(false);
    const proof = await this.#world.signedTokens.prove(token);
    if (!proof.ok) return proof;
    if (proof.value.kind === 'signed') return done(false);
    // The operator's is not taken from a URL.
    const admitted = this.#weigh(address, () => this.#details.isAdmin(details, token));
    if (admitted.ok) return done(true);
    return admitted.failure.code === 'not_admin' ? done(false) : admitted;
  }

  /** Checks a signed token: `signed_token_invalid` or `_expired` (401), or `no_signed_identities` (501). */
  async check({ token, adminToken, name }: Credentials): Promise<Outcome<Shown>> {
    const proof = await this.#world.signedTokens.prove(token);
    return proof.ok ? done({ proof: proof.value, adminToken, name }) : proof;
  }

  /** Finds out who is asking, from where (a digest): as `admit` refuses a wrong admin token. */
  identify(details: Details, { proof, adminToken, name }: Shown, address: string): Outcome<Identity> {
    const admitted = adminToken === undefined ? done(undefined) : this.admit(details, adminToken, address);
    if (!admitted.ok) return admitted;
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

  /** Looks at a secret, unless that address has shown too many wrong ones. */
  #weigh(address: string, isRight: () => boolean): Outcome<void> {
    const { guesses, clock } = this.#world;
    const heard = guesses.admit(address, clock.now());
    if (!heard.ok || isRight()) return heard;
    guesses.wrong(address, clock.now());
    return fail('not_admin');
  }

  #role(proof: Proof, adminToken: string | undefined): Identity['role'] {
    if (isOperator(adminToken, this.#world.operatorToken)) return 'operator';
    if (adminToken !== undefined) return 'admin';
    return proof.kind === 'none' ? 'viewer' : 'member';
  }
}
