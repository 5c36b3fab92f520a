/**
 * A room becoming private, or taking another key: nobody who is in stays in without it. Its admin and the operator need
 * none.
 */
import { fail } from '../../../shared/failures.ts';
import type { RoleName } from '../../../shared/participant.ts';
import { isAdminOrOperator } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';

/**
 * Does a change of the details. Where it locks the room anew, it ends the leases of all others in the same transaction,
 * and closes their sockets (4403) in the same turn, before anything more is told.
 */
export function evictWithoutKey(room: Room, before: Details, change: () => void): void {
  const participantsBefore = room.participants.list();
  const mayRemain = room.transaction(() => {
    change();
    const after = room.detailsTable.read();
    if (!after?.joinKeyDigest || after.joinKeyDigest.digest === before.joinKeyDigest?.digest) return undefined;
    const isExempt = mayStay(before, after);
    room.participants.endLeasesWhere(({ participant }) => !isExempt(participant?.role));
    return isExempt;
  });
  if (!mayRemain) return;
  room.connections.closeWhere(({ role }) => !mayRemain(role), fail('private_room').failure);
  for (const participant of participantsBefore)
    if (!room.participants.isPresent(participant.id)) room.presenceBatcher.queueLeave(participant);
  room.presenceBatcher.schedule();
}

/** Who needs no key. Those who are in as the admin do, once the admin's token is another. */
function mayStay(before: Details, after: Details): (role: RoleName | undefined) => boolean {
  const isSameAdmin = before.adminDigest === after.adminDigest;
  return (role) => role === 'operator' || (role !== undefined && isAdminOrOperator(role) && isSameAdmin);
}
