/** From credentials to a person of this room. What looks signed is verified first, which takes a moment; the rest does not. */
import { done, type FailureCode, fail, type Outcome } from '../../shared/failures.ts';
import type { Guesses } from '../../shared/guesses.ts';
import { displayName, type RoleName } from '../../shared/participant.ts';
import { looksSigned } from '../../shared/signed.ts';
import { isOperator, readableDigest } from '../credentials/digests.ts';
import type { Reader } from '../credentials/reader.ts';
import type { Proof, SignedTokens } from '../credentials/signed-tokens.ts';
import type { Clock } from '../storage/clock.ts';
import { type Details, type DetailsTable, opens } from './details.ts';
import { readInvitation } from './invitations.ts';
import type { Identity } from './rules.ts';
import { type Restraint, refuseOver, type Standings } from './standings.ts';

/** What a caller shows: `token` says who they are, `adminToken` what they may. */
export interface Credentials {
  token?: string | undefined;
  adminToken?: string | undefined;
  name?: string | undefined;
}

/** What somebody shows at the door of a private room. */
export interface Knock {
  /** The join key, or an invitation. */
  joinKey?: string | undefined;
  /** May be the admin's or the operator's, who need no key. Never from a URL. */
  token?: string | undefined;
  adminToken?: string | undefined;
}

/** What comes of being let in. */
export interface Entry {
  /** What an invitation calls whoever gives no name. */
  invitedAs?: string | undefined;
}

/** Credentials of which the `token` was checked, if it is a signed one. */
export interface Shown extends Omit<Credentials, 'token'> {
  proof: Proof;
  /** The name of who gives none. */
  invitedAs?: string | undefined;
}

/** What lies outside. */
export interface IdentityWorld {
  /** The secret `ADMIN_TOKEN`; without it there is no operator. */
  operatorToken: string | undefined;
  signedTokens: SignedTokens;
  guesses: Guesses;
  clock: Clock;
}

/** What the room knows of people. */
export interface KnownPeople {
  standings: Standings;
  /** Whether somebody is here, or has ever posted. */
  isKnown: (id: string) => boolean;
}

export class IdentityDesk {
  readonly #details: DetailsTable;
  readonly #world: IdentityWorld;
  readonly #people: KnownPeople;

  constructor(details: DetailsTable, world: IdentityWorld, people: KnownPeople) {
    this.#details = details;
    this.#world = world;
    this.#people = people;
  }

  /**
   * Lets whoever has the rights of this room's admin pass: the token is theirs, or the operator's.
   * @param address where it comes from, a digest
   * @returns `not_admin` (403), or `too_many_guesses` (429) before the token is looked at
   */
  admit(details: Details, token: string, address: string): Outcome<void> {
    return this.#weigh(address, () => this.#hasRights(details, token));
  }

  /**
   * Lets somebody into the room: anyone, unless it is private.
   * @param address where they come from, a digest
   * @returns `private_room` (403), whatever is wrong with what they show; `too_many_guesses` (429) before it is looked
   *   at; `invitation_expired` (403)
   */
  letIn(details: Details, { joinKey, token, adminToken }: Knock, address: string): Outcome<Entry> {
    const { lock } = details;
    if (!lock) return done({});
    const tokens = [adminToken, token].filter((shown) => shown !== undefined);
    const needsNone = () => tokens.some((shown) => this.#hasRights(details, shown));
    const invitation = joinKey === undefined ? undefined : readInvitation(details, joinKey);
    const isRight = () => needsNone() || invitation !== undefined || (joinKey !== undefined && opens(lock, joinKey));
    // A signed token says who one is, and is no guess at a secret.
    const isGuess = joinKey !== undefined || tokens.some((shown) => !looksSigned(shown));
    const heard = isGuess ? this.#weigh(address, isRight, 'private_room') : done(undefined);
    if (!heard.ok) return heard;
    if (!isGuess && !needsNone()) return fail('private_room');
    const hasExpired = invitation !== undefined && invitation.expiresAt <= this.#world.clock.now();
    return hasExpired && !needsNone() ? fail('invitation_expired') : done({ invitedAs: invitation?.name });
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

  /**
   * Counts an admin token that a socket is about to show with those that its address shows to other rooms.
   * @returns `too_many_guesses` (429)
   */
  countElsewhere(adminToken: string | undefined, address: string): Promise<Outcome<void>> {
    return adminToken === undefined ? Promise.resolve(done(undefined)) : this.#world.guesses.countElsewhere(address);
  }

  /** Checks a signed token: `signed_token_invalid` or `_expired` (401), or `no_signed_identities` (501). */
  async check({ token, adminToken, name }: Credentials): Promise<Outcome<Shown>> {
    const proof = await this.#world.signedTokens.prove(token);
    return proof.ok ? done({ proof: proof.value, adminToken, name }) : proof;
  }

  /** Finds out who is asking, from where (a digest). `banned` (403), and as `admit` refuses a wrong admin token. */
  identify(details: Details, shown: Shown, address: string): Outcome<Identity> {
    const { proof, adminToken, name = shown.invitedAs } = shown;
    const admitted = adminToken === undefined ? done(undefined) : this.admit(details, adminToken, address);
    if (!admitted.ok) return admitted;
    if (proof.kind === 'none') return done({ participant: null, role: this.#roleBy(adminToken) ?? 'viewer' });
    const id = idOf(details, proof);
    const standing: RoleName = this.#people.standings.isModerator(id) ? 'moderator' : 'member';
    const role = this.#roleBy(adminToken) ?? standing;
    const ban = role === 'member' ? this.#banOf(id, proof, address) : undefined;
    if (ban) return refuseOver('banned', ban, this.#world.clock.now());
    const signed = proof.kind === 'signed' ? proof.person : undefined;
    const participant = { id, name: displayName(id, signed?.name ?? name), role };
    return done({ participant, role, ...(signed && { expiresAt: signed.expiresAt }) });
  }

  /** Looks at a secret, unless that address has shown too many wrong ones. */
  #weigh(address: string, isRight: () => boolean, wrong: FailureCode = 'not_admin'): Outcome<void> {
    const { guesses, clock } = this.#world;
    const taken = guesses.take(address, clock.now());
    if (!taken.ok) return taken;
    if (!isRight()) return fail(wrong);
    guesses.giveBack(address);
    return taken;
  }

  /** Whether a token gives the rights of this room's admin. */
  #hasRights(details: Details, token: string): boolean {
    return isOperator(token, this.#world.operatorToken) || this.#details.isAdmin(details, token);
  }

  /** Theirs, or that of somebody at the same address, under whose ban a new token is no way back in. */
  #banOf(id: string, proof: Proof, address: string): Restraint | undefined {
    const now = this.#world.clock.now();
    const own = this.#people.standings.banned(id, now);
    if (own || proof.kind === 'signed') return own;
    const until = this.#people.standings.addressBan(address, now);
    return until === undefined || this.#people.isKnown(id) ? undefined : { until, reason: undefined };
  }

  /** What an admin token that was admitted makes somebody. */
  #roleBy(adminToken: string | undefined): 'operator' | 'admin' | undefined {
    if (isOperator(adminToken, this.#world.operatorToken)) return 'operator';
    return adminToken === undefined ? undefined : 'admin';
  }
}

function idOf({ salt }: Details, proof: Exclude<Proof, { kind: 'none' }>): string {
  return proof.kind === 'token' ? `t:${readableDigest(salt, 'participant', proof.token)}` : `u:${proof.person.userId}`;
}
