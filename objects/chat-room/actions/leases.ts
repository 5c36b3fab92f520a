/** Coming and going by REST: leases, and telling everyone when that changes who is here. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { Participant } from '../../../shared/participant.ts';
import { digest, randomSecret } from '../../credentials/digests.ts';
import type { VerifiedCredentials } from '../access/authenticator.ts';
import type { Caller } from '../authorize.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { presenceOf, publishPresenceChange } from './publish-presence.ts';

/** What a REST join or leave asks for. */
interface LeaseRequest {
  action: 'join' | 'leave';
  /** The secret of an anonymous lease. */
  lease?: string | undefined;
  /** The caller's network address. */
  address: string;
}

/** A REST join or leave, and who asks for it. */
export type LeaseCall = LeaseRequest & Caller;

/** What a REST join or leave is answered with; `lease` to visitors without a token only. */
export interface LeaseResult {
  participantCount: number;
  lease?: string;
}

/** Under which a visitor with that lease is counted. */
export function leaseKey(details: Details, secret: string): string {
  return `l:${digest(details.salt, 'lease', secret)}`;
}

/**
 * Changes the leases that make someone present under `key`; the copies hear of it in the same transaction.
 * @param endedLeaseKey a lease that ends because its holder says who they are: its sockets count under `key` from then on
 */
function withLeaseChange<T>(room: Room, details: Details, key: string, change: () => T, endedLeaseKey?: string): T {
  const before = presenceOf(room, key);
  const result = room.transaction(() => {
    const changed = change();
    if (room.participants.count() !== before.count) room.outbox.markDirty(details.link, 'soon');
    return changed;
  });
  // What sockets are counted under is no part of the transaction, and must not be changed by one that fails.
  if (endedLeaseKey !== undefined) room.connections.changePresenceKey(endedLeaseKey, key);
  publishPresenceChange(room, key, before);
  return result;
}

/** Joins or leaves by REST. */
export function joinOrLeave(
  room: Room,
  details: Details,
  request: LeaseRequest & VerifiedCredentials,
): Result<LeaseResult> {
  expireLeases(room, details);
  const addressDigest = room.addressDigest(details, request.address);
  const identity = room.authenticator.identify(details, request, addressDigest);
  if (!identity.ok) return identity;
  const { participant } = identity.value;
  const { action, lease } = request;
  if (lease !== undefined && !room.participants.hasLease(leaseKey(details, lease))) {
    return fail('lease_not_found');
  }
  return action === 'join' ? join(room, details, participant, request) : leave(room, details, participant, lease);
}

function join(
  room: Room,
  details: Details,
  participant: Participant | null,
  request: LeaseRequest & VerifiedCredentials,
): Result<LeaseResult> {
  const secret = request.lease ?? randomSecret();
  const key = participant?.id ?? leaseKey(details, secret);
  const address = room.addressDigest(details, request.address);
  // Who gives no name goes on under the one they have here.
  const current = participant && !request.name ? room.participants.find(participant.id) : undefined;
  const namedParticipant = participant && { ...participant, name: current?.name ?? participant.name };
  const namedAt = request.name ? room.clock.now() : 0;
  const anonymousLeaseKey = participant && request.lease !== undefined ? leaseKey(details, request.lease) : undefined;
  const grant = () => {
    if (anonymousLeaseKey !== undefined) room.participants.endLease(anonymousLeaseKey);
    room.activity.record(room.clock.now());
    return room.participants.grantLease({ key, participant: namedParticipant, namedAt, address }, room.clock.now());
  };
  const granted = withLeaseChange(room, details, key, grant, anonymousLeaseKey);
  if (!granted.ok) return granted;
  room.alarmScheduler.scheduleBy(granted.value.until);
  return ok({ participantCount: room.participants.count(), ...(!participant && { lease: secret }) });
}

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

/** Ends the leases whose time is up. */
export function expireLeases(room: Room, details: Details): void {
  for (const { key } of room.participants.expiredLeases(room.clock.now())) {
    withLeaseChange(room, details, key, () => room.participants.endLease(key));
  }
}
