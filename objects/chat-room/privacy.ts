/**
 * A room becoming private, or taking another key: nobody who is in stays in without it. Its admin and the operator need
 * none.
 */
import { fail } from '../../shared/failures.ts';
import type { RoleName } from '../../shared/participant.ts';
import type { Details } from './details.ts';
import type { Room } from './room.ts';
import { isStaff } from './rules.ts';

/**
 * Does a change of the details. Where it locks the room anew, it ends the leases of all others in the same transaction,
 * and closes their sockets (4403) in the same turn, before anything more is told.
 */
export function turnOut(room: Room, before: Details, change: () => void): void {
  const people = room.participants.list();
  const stays = room.change(() => {
    change();
    const after = room.details.read();
    if (!after?.lock || after.lock.digest === before.lock?.digest) return undefined;
    const holds = staying(before, after);
    room.participants.leaveWhere(({ participant }) => !holds(participant?.role));
    return holds;
  });
  if (!stays) return;
  room.sessions.closeWhere(({ role }) => !stays(role), fail('private_room').failure);
  for (const person of people) if (!room.participants.isHere(person.id)) room.presence.left(person);
  room.presence.changed();
}

/** Who needs no key. Those who are in as the admin do, once the admin's token is another. */
function staying(before: Details, after: Details): (role: RoleName | undefined) => boolean {
  const isSameAdmin = before.adminDigest === after.adminDigest;
  return (role) => role === 'operator' || (role !== undefined && isStaff(role) && isSameAdmin);
}
