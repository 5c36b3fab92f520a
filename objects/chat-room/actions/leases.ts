/** Joining and leaving by REST: grants, renews and ends leases, and publishes the presence change. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { Participant } from '../../../shared/participant.ts';
import { randomSecret } from '../../credentials/digests.ts';
import type { Actor } from '../access/actor.ts';
import { leaseKey } from '../access/lease.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { presenceOf, publishPresenceChange } from './publish-presence.ts';

export interface LeaseRequest {
  action: 'join' | 'leave';
  /** The secret of an anonymous lease. */
  lease?: string | undefined;
  /** The display name, if the caller sent one. */
  name?: string | undefined;
}

/** `lease` is present only for visitors without a token. */
export interface LeaseResult {
  participantCount: number;
  lease?: string;
}

/** @returns `lease_not_found` (404), `too_many_leases` (429) */
export function joinOrLeave(room: Room, details: Details, actor: Actor, request: LeaseRequest): Result<LeaseResult> {
  expireLeases(room, details);
  if (request.lease !== undefined && !room.participants.hasLease(leaseKey(details, request.lease))) {
    return fail('lease_not_found');
  }
  return request.action === 'join'
    ? join(room, details, actor, request)
    : leave(room, details, actor.participant, request.lease);
}

function join(room: Room, details: Details, actor: Actor, { lease, name }: LeaseRequest): Result<LeaseResult> {
  const { participant, address } = actor;
  const now = room.clock.now();
  const secret = lease ?? randomSecret();
  const key = participant?.id ?? leaseKey(details, secret);
  // Without a name in the call, the participant keeps their current name in the room.
  const current = participant && !name ? room.participants.find(participant.id) : undefined;
  const namedParticipant = participant && { ...participant, name: current?.name ?? participant.name };
  const anonymousLeaseKey = participant && lease !== undefined ? leaseKey(details, lease) : undefined;
  const grant = () => {
    if (anonymousLeaseKey !== undefined) room.participants.endLease(anonymousLeaseKey);
    room.activity.record(now);
    return room.participants.grantLease({ key, participant: namedParticipant, namedAt: name ? now : 0, address }, now);
  };
  const granted = withLeaseChange(room, details, key, grant, anonymousLeaseKey);
  if (!granted.ok) return granted;
  room.alarmScheduler.scheduleBy(granted.value.until);
  return ok({ participantCount: room.participants.count(), ...(!participant && { lease: secret }) });
}

/** Ends the caller's leases; without a token or lease, the oldest anonymous lease: the documented leave sends none. */
function leave(
  room: Room,
  details: Details,
  participant: Participant | null,
  lease: string | undefined,
): Result<LeaseResult> {
  const anonymousLeaseKey = lease === undefined ? undefined : leaseKey(details, lease);
  const keys = [participant?.id, anonymousLeaseKey].filter((key) => key !== undefined);
  const oldestKey = keys.length === 0 ? room.participants.oldestAnonymousLease()?.key : undefined;
  for (const key of oldestKey === undefined ? keys : [oldestKey]) {
    withLeaseChange(room, details, key, () => room.participants.endLease(key));
  }
  return ok({ participantCount: room.participants.count() });
}

export function expireLeases(room: Room, details: Details): void {
  for (const { key } of room.participants.expiredLeases(room.clock.now())) {
    withLeaseChange(room, details, key, () => room.participants.endLease(key));
  }
}

/**
 * Changes the leases under `key` in a transaction that also marks the replicas, then publishes the presence change.
 * @param endedLeaseKey an anonymous lease whose holder now identifies itself: its sockets count under `key` from now on
 */
function withLeaseChange<T>(room: Room, details: Details, key: string, change: () => T, endedLeaseKey?: string): T {
  const before = presenceOf(room, key);
  const result = room.transaction(() => {
    const changed = change();
    if (room.participants.count() !== before.count) room.outbox.markDirty(details.link, 'soon');
    return changed;
  });
  // Presence keys of sockets are not part of the transaction, so they change only after it succeeded.
  if (endedLeaseKey !== undefined) room.connections.changePresenceKey(endedLeaseKey, key);
  publishPresenceChange(room, key, before);
  return result;
}
