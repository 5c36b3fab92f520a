/** How a room comes to be, is changed, reports of itself and goes. The copies hear of each in the same transaction. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { RoomView } from '../../../shared/room.ts';
import type { Room } from '../room.ts';
import type { Details, DetailsChange, NewDetails } from '../state/details.ts';
import { evictWithoutKey } from './evict-without-key.ts';

/** Makes the room. `link_taken` (409) when there is one. */
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

/** Changes metadata or the admin token, and tells everyone. */
export async function updateRoom(room: Room, details: Details, change: DetailsChange): Promise<Result<RoomView>> {
  const now = room.clock.now();
  evictWithoutKey(room, details, () => {
    room.detailsTable.update(details, change, now);
    room.activity.record(now);
    room.outbox.markDirty(details.link, 'now');
  });
  const after = room.detailsTable.read() ?? details;
  if (after.updatedAt !== details.updatedAt) room.connections.broadcast(room.roomFrame(after));
  await room.outbox.deliver('directory');
  return room.view(true);
}

/** Tells both copies again, whatever they may know: of the room, or that there is none. */
export async function republish(room: Room, link: string): Promise<void> {
  room.transaction(() => {
    room.createSchema();
    room.outbox.markDirty(link, 'now');
  });
  await room.outbox.deliver('directory');
}

/** Empties the room, closes its sockets and frees the link. The outbox stays until both copies know. */
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
