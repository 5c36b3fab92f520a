/** Coming and going by REST: leases, and telling everyone when that changes who is here. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import type { Participant } from '../../shared/participant.ts';
import { digest, randomSecret } from '../credentials/digests.ts';
import type { Caller } from './callers.ts';
import type { Details } from './details.ts';
import type { Shown } from './identity.ts';
import type { Room } from './room.ts';
import { look, tell } from './sight.ts';

/** What a REST join or leave asks for. */
interface Stay {
  action: 'join' | 'leave';
  /** The secret of an anonymous lease. */
  lease?: string | undefined;
  /** The caller's network address. */
  address: string;
}

/** A REST join or leave, and who asks for it. */
export type Attendance = Stay & Caller;

/** What a REST join or leave is answered with; `lease` to visitors without a token only. */
export interface Attended {
  participantCount: number;
  lease?: string;
}

/** Under which a visitor with that lease is counted. */
export function leaseKey(details: Details, secret: string): string {
  return `l:${digest(details.salt, 'lease', secret)}`;
}

/**
 * Changes the leases that make someone present under `key`; the copies hear of it in the same transaction.
 * @param visitor a lease that ends because its holder says who they are: its sockets count under `key` from then on
 */
function changeLeases<T>(room: Room, details: Details, key: string, change: () => T, visitor?: string): T {
  const before = look(room, key);
  const result = room.change(() => {
    const changed = change();
    if (room.participants.count() !== before.count) room.outbox.mark(details.link, 'soon');
    return changed;
  });
  // What sockets are counted under is no part of the transaction, and must not be changed by one that fails.
  if (visitor !== undefined) room.sessions.rekey(visitor, key);
  tell(room, key, before);
  return result;
}

/** Joins or leaves by REST. */
export function attend(room: Room, details: Details, attendance: Stay & Shown): Outcome<Attended> {
  expireLeases(room, details);
  const place = room.placeOf(details, attendance.address);
  const identity = room.identities.identify(details, attendance, place);
  if (!identity.ok) return identity;
  const { participant } = identity.value;
  const { action, lease } = attendance;
  if (lease !== undefined && !room.participants.hasLease(leaseKey(details, lease))) {
    return fail('lease_not_found');
  }
  return action === 'join' ? join(room, details, participant, attendance) : leave(room, details, participant, lease);
}

function join(room: Room, details: Details, who: Participant | null, attendance: Stay & Shown): Outcome<Attended> {
  const secret = attendance.lease ?? randomSecret();
  const key = who?.id ?? leaseKey(details, secret);
  const address = room.placeOf(details, attendance.address);
  // Who gives no name goes on under the one they have here.
  const shown = who && !attendance.name ? room.participants.person(who.id) : undefined;
  const named = who && { ...who, name: shown?.name ?? who.name };
  const namedAt = attendance.name ? room.clock.now() : 0;
  const visitor = who && attendance.lease !== undefined ? leaseKey(details, attendance.lease) : undefined;
  const grant = () => {
    if (visitor !== undefined) room.participants.leave(visitor);
    room.touches.note(room.clock.now());
    return room.participants.join({ key, participant: named, namedAt, address }, room.clock.now());
  };
  const granted = changeLeases(room, details, key, grant, visitor);
  if (!granted.ok) return granted;
  room.wake.by(granted.value.until);
  return done({ participantCount: room.participants.count(), ...(!who && { lease: secret }) });
}

function leave(room: Room, details: Details, who: Participant | null, lease: string | undefined): Outcome<Attended> {
  const visitor = lease === undefined ? undefined : leaseKey(details, lease);
  const named = [who?.id, visitor].filter((key) => key !== undefined);
  const oldest = named.length === 0 ? room.participants.oldestAnonymous()?.key : undefined;
  for (const key of oldest === undefined ? named : [oldest]) {
    changeLeases(room, details, key, () => room.participants.leave(key));
  }
  return done({ participantCount: room.participants.count() });
}

/** Ends the leases whose time is up. */
export function expireLeases(room: Room, details: Details): void {
  for (const { key } of room.participants.expired(room.clock.now())) {
    changeLeases(room, details, key, () => room.participants.leave(key));
  }
}
