/**
 * Checks credentials: the join key of a private room, admin tokens, and the identity of a caller. Verifying a JWT is
 * the only asynchronous step (WebCrypto); everything else is synchronous, so that a check and the work it allows share
 * one turn.
 */

import { type FailureCode, fail, ok, type Result } from '../../../shared/failures.ts';
import type { GuessLimiter } from '../../../shared/guess-limiter.ts';
import { looksLikeJwt } from '../../../shared/jwt-shape.ts';
import { displayName, type RoleName } from '../../../shared/participant.ts';
import { isOperator, readableDigest } from '../../credentials/digests.ts';
import type { Jwt, VerifiedToken } from '../../credentials/jwt.ts';
import { type PresentedTokens, resolveReadCredentials } from '../../credentials/read-credentials.ts';
import type { Clock } from '../../storage/clock.ts';
import { type Details, type DetailsTable, matchesJoinKey } from '../state/details.ts';
import type { MemberStatuses, Sanction } from '../state/member-status.ts';
import type { AccessAttempt, Credentials, Identity, VerifiedCredentials } from './actor.ts';
import { readInvitation } from './invitations.ts';
import { activeSanctionFailure } from './permissions.ts';

/** The right to enter a room. */
export interface Access {
  /** Name from the invitation, used if the participant sends no name. */
  invitedAs?: string | undefined;
}

export interface AuthenticatorDependencies {
  /** The secret `ADMIN_TOKEN`; without it there is no operator. */
  operatorToken: string | undefined;
  jwt: Jwt;
  guessLimiter: GuessLimiter;
  clock: Clock;
}

export interface MemberLookup {
  memberStatuses: MemberStatuses;
  /** Whether a participant is present or has ever posted. */
  hasParticipated: (id: string) => boolean;
}

/** Every `address` parameter is a digest. */
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
   * Accepts the token of the room's admin or of the operator.
   * @returns `not_admin` (403), or `too_many_guesses` (429) before the token is compared
   */
  requireAdmin(details: Details, token: string, address: string): Result<void> {
    return this.#withGuessLimit(address, () => this.#isAdminOrOperator(details, token));
  }

  /**
   * Decides whether a caller may enter: always, unless the room is private.
   * @returns `private_room` (403) for any missing or wrong key, `too_many_guesses` (429) before it is compared,
   *   `invitation_expired` (403)
   */
  checkAccess(details: Details, { joinKey, token, adminToken }: AccessAttempt, address: string): Result<Access> {
    const { joinKeyDigest } = details;
    if (!joinKeyDigest) return ok({});
    const tokens = [adminToken, token].filter((candidate) => candidate !== undefined);
    const hasAdminRights = () => tokens.some((candidate) => this.#isAdminOrOperator(details, candidate));
    const invitation = joinKey === undefined ? undefined : readInvitation(details, joinKey);
    const isValid = () =>
      hasAdminRights() || invitation !== undefined || (joinKey !== undefined && matchesJoinKey(joinKeyDigest, joinKey));
    // A JWT identifies a participant and is not a guess at a secret.
    const isGuess = joinKey !== undefined || tokens.some((candidate) => !looksLikeJwt(candidate));
    const checked = isGuess ? this.#withGuessLimit(address, isValid, 'private_room') : ok(undefined);
    if (!checked.ok) return checked;
    if (!isGuess && !hasAdminRights()) return fail('private_room');
    const hasExpired = invitation !== undefined && invitation.expiresAt <= this.#dependencies.clock.now();
    return hasExpired && !hasAdminRights() ? fail('invitation_expired') : ok({ invitedAs: invitation?.name });
  }

  /**
   * Whether the caller of a documented read is the room's admin or the operator. A JWT must be valid, although it is
   * never an admin token; any other token that is not the admin's counts as a guess.
   * @returns failures of an invalid JWT (401, 501), `too_many_guesses` (429)
   */
  async isAdminReader(details: Details, tokens: PresentedTokens, address: string): Promise<Result<boolean>> {
    const { token, isOperator } = resolveReadCredentials(tokens, this.#dependencies.operatorToken);
    if (isOperator) return ok(true);
    if (token === undefined) return ok(false);
    const verified = await this.#dependencies.jwt.verify(token);
    if (!verified.ok) return verified;
    if (verified.value.kind === 'signed') return ok(false);
    // The operator's token is not accepted from a URL, so only the admin's is compared here.
    const checked = this.#withGuessLimit(address, () => this.#details.isAdmin(details, token));
    if (checked.ok) return ok(true);
    return checked.failure.code === 'not_admin' ? ok(false) : checked;
  }

  /**
   * Counts an admin token that a socket is about to send, together with those that its address sends to other rooms.
   * @returns `too_many_guesses` (429)
   */
  countGlobally(adminToken: string | undefined, address: string): Promise<Result<void>> {
    return adminToken === undefined
      ? Promise.resolve(ok(undefined))
      : this.#dependencies.guessLimiter.countGlobally(address);
  }

  /** @returns `signed_token_invalid` or `signed_token_expired` (401), `no_signed_identities` (501) */
  async verify({ token, adminToken, name }: Credentials): Promise<Result<VerifiedCredentials>> {
    const verified = await this.#dependencies.jwt.verify(token);
    return verified.ok ? ok({ verifiedToken: verified.value, adminToken, name }) : verified;
  }

  /**
   * Turns verified credentials into an identity: the participant's id, name and role.
   * @returns `banned` (403), and the failures of `requireAdmin`
   */
  identify(details: Details, credentials: VerifiedCredentials, address: string): Result<Identity> {
    const { verifiedToken, adminToken, name = credentials.invitedAs } = credentials;
    const adminCheck = adminToken === undefined ? ok(undefined) : this.requireAdmin(details, adminToken, address);
    if (!adminCheck.ok) return adminCheck;
    const adminRole = this.#roleFromAdminToken(adminToken);
    if (verifiedToken.kind === 'none') return ok({ participant: null, role: adminRole ?? 'viewer' });
    const id = participantIdOf(details, verifiedToken);
    const role: RoleName = adminRole ?? (this.#members.memberStatuses.isModerator(id) ? 'moderator' : 'member');
    const ban = role === 'member' ? this.#activeBan(id, verifiedToken, address) : undefined;
    if (ban) return activeSanctionFailure('banned', ban, this.#dependencies.clock.now());
    const jwtSubject = verifiedToken.kind === 'signed' ? verifiedToken.subject : undefined;
    const participant = { id, name: displayName(id, jwtSubject?.name ?? name), role };
    return ok({ participant, role, ...(jwtSubject && { expiresAt: jwtSubject.expiresAt }) });
  }

  /** Compares a secret, unless the address has sent too many wrong ones. */
  #withGuessLimit(address: string, isValid: () => boolean, failureCode: FailureCode = 'not_admin'): Result<void> {
    const { guessLimiter, clock } = this.#dependencies;
    const charged = guessLimiter.charge(address, clock.now());
    if (!charged.ok) return charged;
    if (!isValid()) return fail(failureCode);
    guessLimiter.refund(address);
    return charged;
  }

  #isAdminOrOperator(details: Details, token: string): boolean {
    return isOperator(token, this.#dependencies.operatorToken) || this.#details.isAdmin(details, token);
  }

  /**
   * The participant's own ban; or, for a self-chosen token that the room does not know yet, the ban of its address:
   * otherwise a new token would be a way around a ban.
   */
  #activeBan(id: string, verifiedToken: VerifiedToken, address: string): Sanction | undefined {
    const now = this.#dependencies.clock.now();
    const own = this.#members.memberStatuses.activeBan(id, now);
    if (own || verifiedToken.kind === 'signed') return own;
    const until = this.#members.memberStatuses.addressBan(address, now);
    return until === undefined || this.#members.hasParticipated(id) ? undefined : { until, reason: undefined };
  }

  /** The role that an accepted admin token grants. */
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
