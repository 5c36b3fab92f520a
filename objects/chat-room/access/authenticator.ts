/** From credentials to a person of this room. What looks signed is verified first, which takes a moment; the rest does not. */
import { type FailureCode, fail, ok, type Result } from '../../../shared/failures.ts';
import type { GuessLimiter } from '../../../shared/guess-limiter.ts';
import { looksLikeJwt } from '../../../shared/jwt-shape.ts';
import { displayName, type RoleName } from '../../../shared/participant.ts';
import { isOperator, readableDigest } from '../../credentials/digests.ts';
import type { Jwt, VerifiedToken } from '../../credentials/jwt.ts';
import type { ReadCredentials } from '../../credentials/read-credentials.ts';
import type { Clock } from '../../storage/clock.ts';
import { type Details, type DetailsTable, matchesJoinKey } from '../state/details.ts';
import { activeSanctionFailure, type MemberStatuses, type Sanction } from '../state/member-status.ts';
import { readInvitation } from './invitations.ts';
import type { Identity } from './permissions.ts';

/** What a caller shows: `token` says who they are, `adminToken` what they may. */
export interface Credentials {
  token?: string | undefined;
  adminToken?: string | undefined;
  name?: string | undefined;
}

/** What somebody shows at the door of a private room. */
export interface AccessAttempt {
  /** The join key, or an invitation. */
  joinKey?: string | undefined;
  /** May be the admin's or the operator's, who need no key. Never from a URL. */
  token?: string | undefined;
  adminToken?: string | undefined;
}

/** What comes of being let in. */
export interface Access {
  /** What an invitation calls whoever gives no name. */
  invitedAs?: string | undefined;
}

/** Credentials of which the `token` was checked, if it is a signed one. */
export interface VerifiedCredentials extends Omit<Credentials, 'token'> {
  verifiedToken: VerifiedToken;
  /** The name of who gives none. */
  invitedAs?: string | undefined;
}

/** What lies outside. */
export interface AuthenticatorDependencies {
  /** The secret `ADMIN_TOKEN`; without it there is no operator. */
  operatorToken: string | undefined;
  jwt: Jwt;
  guessLimiter: GuessLimiter;
  clock: Clock;
}

/** What the room knows of people. */
export interface MemberLookup {
  memberStatuses: MemberStatuses;
  /** Whether somebody is here, or has ever posted. */
  hasParticipated: (id: string) => boolean;
}

export class Authenticator {
  readonly #details: DetailsTable;
  readonly #dependencies: AuthenticatorDependencies;
  readonly #members: MemberLookup;

  constructor(details: DetailsTable, dependencies: AuthenticatorDependencies, members: MemberLookup) {
    this.#details = details;
    this.#dependencies = dependencies;
    this.#members = members;
  }

  /**
   * Lets whoever has the rights of this room's admin pass: the token is theirs, or the operator's.
   * @param address where it comes from, a digest
   * @returns `not_admin` (403), or `too_many_guesses` (429) before the token is looked at
   */
  requireAdmin(details: Details, token: string, address: string): Result<void> {
    return this.#withGuessLimit(address, () => this.#isAdminOrOperator(details, token));
  }

  /**
   * Lets somebody into the room: anyone, unless it is private.
   * @param address where they come from, a digest
   * @returns `private_room` (403), whatever is wrong with what they show; `too_many_guesses` (429) before it is looked
   *   at; `invitation_expired` (403)
   */
  checkAccess(details: Details, { joinKey, token, adminToken }: AccessAttempt, address: string): Result<Access> {
    const { joinKeyDigest } = details;
    if (!joinKeyDigest) return ok({});
    const tokens = [adminToken, token].filter((candidate) => candidate !== undefined);
    const hasAdminRights = () => tokens.some((candidate) => this.#isAdminOrOperator(details, candidate));
    const invitation = joinKey === undefined ? undefined : readInvitation(details, joinKey);
    const isValid = () =>
      hasAdminRights() || invitation !== undefined || (joinKey !== undefined && matchesJoinKey(joinKeyDigest, joinKey));
    // A signed token says who one is, and is no guess at a secret.
    const isGuess = joinKey !== undefined || tokens.some((candidate) => !looksLikeJwt(candidate));
    const checked = isGuess ? this.#withGuessLimit(address, isValid, 'private_room') : ok(undefined);
    if (!checked.ok) return checked;
    if (!isGuess && !hasAdminRights()) return fail('private_room');
    const hasExpired = invitation !== undefined && invitation.expiresAt <= this.#dependencies.clock.now();
    return hasExpired && !hasAdminRights() ? fail('invitation_expired') : ok({ invitedAs: invitation?.name });
  }

  /**
   * Whether the documented reads come from the admin. A signed token must be genuine, even though it is nobody's admin
   * token; any other that is not the admin's is a guess.
   */
  async isAdminReader(
    details: Details,
    { token, isOperator }: ReadCredentials,
    address: string,
  ): Promise<Result<boolean>> {
    if (isOperator) return ok(true);
    if (token === undefined) return ok(false);
    const verified = await this.#dependencies.jwt.verify(token);
    if (!verified.ok) return verified;
    if (verified.value.kind === 'signed') return ok(false);
    // The operator's is not taken from a URL.
    const checked = this.#withGuessLimit(address, () => this.#details.isAdmin(details, token));
    if (checked.ok) return ok(true);
    return checked.failure.code === 'not_admin' ? ok(false) : checked;
  }

  /**
   * Counts an admin token that a socket is about to show with those that its address shows to other rooms.
   * @returns `too_many_guesses` (429)
   */
  countGlobally(adminToken: string | undefined, address: string): Promise<Result<void>> {
    return adminToken === undefined
      ? Promise.resolve(ok(undefined))
      : this.#dependencies.guessLimiter.countGlobally(address);
  }

  /** Checks a signed token: `signed_token_invalid` or `_expired` (401), or `no_signed_identities` (501). */
  async verify({ token, adminToken, name }: Credentials): Promise<Result<VerifiedCredentials>> {
    const verified = await this.#dependencies.jwt.verify(token);
    return verified.ok ? ok({ verifiedToken: verified.value, adminToken, name }) : verified;
  }

  /** Finds out who is asking, from where (a digest). `banned` (403), and as `admit` refuses a wrong admin token. */
  identify(details: Details, credentials: VerifiedCredentials, address: string): Result<Identity> {
    const { verifiedToken, adminToken, name = credentials.invitedAs } = credentials;
    const adminCheck = adminToken === undefined ? ok(undefined) : this.requireAdmin(details, adminToken, address);
    if (!adminCheck.ok) return adminCheck;
    if (verifiedToken.kind === 'none')
      return ok({ participant: null, role: this.#roleFromAdminToken(adminToken) ?? 'viewer' });
    const id = participantIdOf(details, verifiedToken);
    const memberRole: RoleName = this.#members.memberStatuses.isModerator(id) ? 'moderator' : 'member';
    const role = this.#roleFromAdminToken(adminToken) ?? memberRole;
    const ban = role === 'member' ? this.#activeBan(id, verifiedToken, address) : undefined;
    if (ban) return activeSanctionFailure('banned', ban, this.#dependencies.clock.now());
    const jwtSubject = verifiedToken.kind === 'signed' ? verifiedToken.subject : undefined;
    const participant = { id, name: displayName(id, jwtSubject?.name ?? name), role };
    return ok({ participant, role, ...(jwtSubject && { expiresAt: jwtSubject.expiresAt }) });
  }

  /** Looks at a secret, unless that address has shown too many wrong ones. */
  #withGuessLimit(address: string, isValid: () => boolean, failureCode: FailureCode = 'not_admin'): Result<void> {
    const { guessLimiter, clock } = this.#dependencies;
    const charged = guessLimiter.charge(address, clock.now());
    if (!charged.ok) return charged;
    if (!isValid()) return fail(failureCode);
    guessLimiter.refund(address);
    return charged;
  }

  /** Whether a token gives the rights of this room's admin. */
  #isAdminOrOperator(details: Details, token: string): boolean {
    return isOperator(token, this.#dependencies.operatorToken) || this.#details.isAdmin(details, token);
  }

  /** Theirs, or that of somebody at the same address, under whose ban a new token is no way back in. */
  #activeBan(id: string, verifiedToken: VerifiedToken, address: string): Sanction | undefined {
    const now = this.#dependencies.clock.now();
    const own = this.#members.memberStatuses.activeBan(id, now);
    if (own || verifiedToken.kind === 'signed') return own;
    const until = this.#members.memberStatuses.addressBan(address, now);
    return until === undefined || this.#members.hasParticipated(id) ? undefined : { until, reason: undefined };
  }

  /** What an admin token that was admitted makes somebody. */
  #roleFromAdminToken(adminToken: string | undefined): 'operator' | 'admin' | undefined {
    if (isOperator(adminToken, this.#dependencies.operatorToken)) return 'operator';
    return adminToken === undefined ? undefined : 'admin';
  }
}

function participantIdOf({ salt }: Details, verifiedToken: Exclude<VerifiedToken, { kind: 'none' }>): string {
  return verifiedToken.kind === 'token'
    ? `t:${readableDigest(salt, 'participant', verifiedToken.token)}`
    : `u:${verifiedToken.subject.userId}`;
}
