/**
 * A room that becomes private, or gets another join key, evicts everyone who has not presented that key. The operator
 * stays, and so does the admin unless the admin token changed too.
 */
import { fail } from '../../../shared/failures.ts';
import type { Participant, RoleName } from '../../../shared/participant.ts';
import { isAdminOrOperator } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';

export function hasNewJoinKey(before: Details, after: Details): boolean {
  return after.joinKeyDigest !== undefined && after.joinKeyDigest.digest !== before.joinKeyDigest?.digest;
}

function mayStay(before: Details, after: Details, role: RoleName | undefined): boolean {
  const isSameAdmin = before.adminDigest === after.adminDigest;
  return role === 'operator' || (role !== undefined && isAdminOrOperator(role) && isSameAdmin);
}

/** Ends the leases of participants and visitors without the key. Call it in the transaction that changes the key. */
export function endLeasesWithoutKey(room: Room, before: Details, after: Details): void {
  room.participants.endLeasesWhere(({ participant }) => !mayStay(before, after, participant?.role));
}

/**
 * Closes the sockets of clients without the key (4403), in the same turn, before anything else is broadcast.
 * @param present the participants before the change
 */
export function disconnectWithoutKey(room: Room, before: Details, after: Details, present: Participant[]): void {
  room.connections.closeWhere(({ role }) => !mayStay(before, after, role), fail('private_room').failure);
  for (const participant of present) {
    if (!room.participants.isPresent(participant.id)) room.presenceBatcher.queueLeave(participant);
  }
  room.presenceBatcher.schedule();
}
