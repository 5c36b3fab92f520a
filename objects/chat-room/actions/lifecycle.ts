/** Creating, changing, republishing and deleting a room. Each marks the replicas in the same transaction. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { RoomView } from '../../../shared/room.ts';
import type { Room } from '../room.ts';
import type { Details, DetailsChange, NewDetails } from '../state/details.ts';
import { disconnectWithoutKey, endLeasesWithoutKey, hasNewJoinKey } from './evict-without-key.ts';

/** @returns `link_taken` (409) if the room exists, `importing` (503) during an import */
export async function createRoom(room: Room, details: NewDetails): Promise<Result<RoomView>> {
  if (room.details()) return fail('link_taken');
  if (room.pendingImport()) return room.notFoundOrImporting();
  const now = room.clock.now();
  room.transaction(() => {
    room.createSchema();
    room.detailsTable.create(details, now);
    room.messageLog.initialize();
    room.outbox.markDirty(details.link, 'now');
  });
  await room.outbox.deliver('directory');
  return room.view(true);
}

/** Changes metadata, the admin token, retention or the join key, and broadcasts changed metadata. */
export async function updateRoom(room: Room, before: Details, change: DetailsChange): Promise<Result<RoomView>> {
  const now = room.clock.now();
  const present = change.joinKey ? room.participants.list() : [];
  const after = room.transaction(() => {
    room.detailsTable.update(before, change, now);
    const changed = room.detailsTable.read() ?? before;
    if (hasNewJoinKey(before, changed)) endLeasesWithoutKey(room, before, changed);
    room.activity.record(now);
    room.outbox.markDirty(before.link, 'now');
    return changed;
  });
  if (hasNewJoinKey(before, after)) disconnectWithoutKey(room, before, after, present);
  if (after.updatedAt !== before.updatedAt) room.connections.broadcast(room.roomFrame(after));
  await room.outbox.deliver('directory');
  return room.view(true);
}

/**
 * Sends both replicas the current state of the room, or its deletion, regardless of what they hold.
 * @returns whether the room exists
 */
export async function republish(room: Room, link: string): Promise<boolean> {
  room.transaction(() => {
    room.createSchema();
    room.outbox.markDirty(link, 'now');
  });
  await room.outbox.deliver('directory');
  return room.details() !== undefined;
}

/** Clears the tables, closes the sockets and frees the link. The outbox stays until both replicas have applied the deletion. */
export async function deleteRoom(room: Room, { link }: Details): Promise<Result<'Chat deleted successfully'>> {
  room.transaction(() => {
    room.clearTables();
    room.outbox.markDirty(link, 'now');
  });
  room.connections.flush();
  room.connections.closeAll(fail('room_deleted').failure);
  room.presenceBatcher.discardPending();
  await room.outbox.deliver('directory');
  return ok('Chat deleted successfully');
}
