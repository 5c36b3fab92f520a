/** Who may do what, and how long a stay lasts: arithmetic without storage, clock or sockets. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import { displayName, type Participant, type RoleName, roles } from '../../../shared/participant.ts';

/** Who is asking, once their credentials were checked. `participant` is null for those who gave no token. */
export interface Identity {
  participant: Participant | null;
  role: RoleName;
  /** When the signed token that says so expires, in milliseconds. */
  expiresAt?: number;
  /** Whose signed token has expired: they are a viewer until they show a new one. */
  expiredAs?: Participant;
  /** Was let in as the admin, and has shown no key of a private room. */
  isKeyless?: true;
}

/** A REST join: that person or visitor counts as present until it expires. */
export interface Lease {
  /** Under which presence is counted: the participant's id, or that of an anonymous lease. */
  key: string;
  /** Null for a visitor without a token. */
  participant: Participant | null;
  /** When they gave this name, in milliseconds; 0 where they gave none. */
  namedAt: number;
  /** Digest of the address that first asked for it. */
  address: string;
  /** Milliseconds. */
  until: number;
}

/** Posting takes an identity, whatever the role. */
export function requireParticipant({ participant, expiredAs }: Identity): Result<Participant> {
  if (participant) return ok(participant);
  return fail(expiredAs === undefined ? 'token_required' : 'identity_expired');
}

/** Whether a role has a moderator's rights. */
export function isModerator(role: RoleName): boolean {
  return roles.indexOf(role) >= roles.indexOf('moderator');
}

/** Whether one role stands above another. */
export function outranks(one: RoleName, other: RoleName): boolean {
  return roles.indexOf(one) > roles.indexOf(other);
}

/** Whether a role is let into a private room without its key. */
export function isAdminOrOperator(role: RoleName): boolean {
  return role === 'admin' || role === 'operator';
}

/** Who an identity is, or was before their signed token expired. */
export function participantOf({ participant, expiredAs }: Identity): Participant | undefined {
  return participant ?? expiredAs;
}

/** Whether a signed token has expired on an open socket. */
export function isIdentityExpired({ expiresAt }: Identity, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Whether `now` is past the end of a lease. */
export function isLeaseExpired(lease: Pick<Lease, 'until'>, now: number): boolean {
  return lease.until <= now;
}

/** The first sweep after `now`: every room has its own beat, so that they do not all wake at once. */
export function nextSweep(now: number, offset: number): number {
  return (Math.floor((now - offset) / limits.sweepEveryMs) + 1) * limits.sweepEveryMs + offset;
}

/** When a lease made or renewed `now` ends. */
export function leaseExpiry(participant: Participant | null, now: number): number {
  return now + (participant ? limits.personalLeaseMs : limits.anonymousLeaseMs);
}

/** The person as two of their connections show them: the higher role, and the newer of the names they chose. */
export function mergePresence(earlier: Participant, newer: Participant): Participant {
  const higher = roles.indexOf(earlier.role) > roles.indexOf(newer.role) ? earlier : newer;
  const named = newer.name === displayName(newer.id, undefined) ? earlier : newer;
  return { ...newer, name: named.name, role: higher.role };
}

/** Whether a socket of `before` may go on as `after`: the same person again, or a viewer who now says who they are. */
export function isSameParticipant(before: Identity, after: Identity): boolean {
  const id = participantOf(before)?.id;
  return id === undefined || id === after.participant?.id;
}
