/** How a room comes to be, is changed, reports of itself and goes. The copies hear of each in the same transaction. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import type { RoomView } from '../../shared/room.ts';
import type { Details, DetailsChange, NewDetails } from './details.ts';
import { turnOut } from './privacy.ts';
import type { Room } from './room.ts';

/** Makes the room. `link_taken` (409) when there is one. */
export async function create(room: Room, details: NewDetails): Promise<Outcome<RoomView>> {
  if (room.find()) return fail('link_taken');
  if (room.arriving()) return room.absence();
  const now = room.clock.now();
  room.change(() => {
    room.prepare();
    room.details.create(details, now);
    room.log.begin();
    room.outbox.mark(details.link, 'now');
  });
  await room.outbox.settle('directory');
  return room.view(true);
}

/** Changes metadata or the admin token, and tells everyone. */
export async function update(room: Room, details: Details, change: DetailsChange): Promise<Outcome<RoomView>> {
  const now = room.clock.now();
  turnOut(room, details, () => {
    room.details.update(details, change, now);
    room.touches.note(now);
    room.outbox.mark(details.link, 'now');
  });
  const after = room.details.read() ?? details;
  if (after.updatedAt !== details.updatedAt) room.sessions.broadcast(room.frame(after));
  await room.outbox.settle('directory');
  return room.view(true);
}

/** Tells both copies again, whatever they may know: of the room, or that there is none. */
export async function report(room: Room, link: string): Promise<void> {
  room.change(() => {
    room.prepare();
    room.outbox.mark(link, 'now');
  });
  await room.outbox.settle('directory');
}

/** Empties the room, closes its sockets and frees the link. The outbox stays until both copies know. */
export async function remove(room: Room, { link }: Details): Promise<Outcome<'Chat deleted successfully'>> {
  room.change(() => {
    room.erase();
    room.outbox.mark(link, 'now');
  });
  room.sessions.flush();
  room.sessions.closeAll(fail('room_deleted').failure);
  room.presence.forget();
  await room.outbox.settle('directory');
  return done('Chat deleted successfully');
}
