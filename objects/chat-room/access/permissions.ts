/** Roles and rights: pure functions, without storage, clock or sockets. */
import { type Err, fail, ok, type Result } from '../../../shared/failures.ts';
import { forever } from '../../../shared/moderation.ts';
import { displayName, type Participant, type RoleName, roles } from '../../../shared/participant.ts';
import type { Sanction } from '../state/member-status.ts';
import type { Identity } from './actor.ts';

/** @returns the participant; `token_required` or `identity_expired` (401) for a viewer, regardless of the role */
export function requireParticipant({ participant, expiredAs }: Identity): Result<Participant> {
  if (participant) return ok(participant);
  return fail(expiredAs === undefined ? 'token_required' : 'identity_expired');
}

export function isModerator(role: RoleName): boolean {
  return roles.indexOf(role) >= roles.indexOf('moderator');
}

export function outranks(role: RoleName, other: RoleName): boolean {
  return roles.indexOf(role) > roles.indexOf(other);
}

/** Whether a role enters a private room without its join key. */
export function isAdminOrOperator(role: RoleName): boolean {
  return role === 'admin' || role === 'operator';
}

/** The participant of an identity, including one whose JWT has expired. */
export function participantOf({ participant, expiredAs }: Identity): Participant | undefined {
  return participant ?? expiredAs;
}

/** Whether the JWT of an open connection has expired. */
export function isIdentityExpired({ expiresAt }: Identity, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** One participant as two of their connections show them: the higher role, and the name chosen last. */
export function mergePresence(earlier: Participant, newer: Participant): Participant {
  const higher = outranks(earlier.role, newer.role) ? earlier : newer;
  const named = newer.name === displayName(newer.id, undefined) ? earlier : newer;
  return { ...newer, name: named.name, role: higher.role };
}

/** Whether a connection may change its identity: to the same participant again, or from a viewer to a participant. */
export function isSameParticipant(before: Identity, after: Identity): boolean {
  const id = participantOf(before)?.id;
  return id === undefined || id === after.participant?.id;
}

/** The failure that informs a participant of a sanction, with the moderator's reason, if any. */
export function sanctionFailure(
  code: 'banned' | 'kicked' | 'muted',
  reason: string | undefined,
  details: { retryAfter?: number } = {},
): Err {
  return fail(code, { ...(reason && { text: `${fail(code).failure.text}: ${reason}` }), ...details });
}

/** The same for a sanction in force, with the seconds until it ends, if it does. */
export function activeSanctionFailure(code: 'banned' | 'muted', { until, reason }: Sanction, now: number): Err {
  const end = until === forever ? {} : { retryAfter: Math.max(1, Math.ceil((until - now) / 1_000)) };
  return sanctionFailure(code, reason, end);
}
