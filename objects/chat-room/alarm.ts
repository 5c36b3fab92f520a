/** What a room does when its alarm rings. May come twice, or late. */
import { expireLeases } from './attendance.ts';
import type { Details } from './details.ts';
import type { Room } from './room.ts';
import { hangUp } from './seating.ts';

/** Closes overdue sockets, ends leases, notices what a crash changed, and delivers what the copies must hear. */
export function ring(room: Room): Promise<void> {
  const inRoom = (work: (details: Details) => void) => () => {
    const details = room.find();
    if (details) work(details);
  };
  return room.wake.ring(room.clock, {
    sockets: inRoom(() => {
      for (const { socket, failure } of room.sessions.overdue()) hangUp(room, socket, failure);
    }),
    leases: inRoom((details) => expireLeases(room, details)),
    // Sockets that died with the object took their people along without a word.
    drift: inRoom(({ link }) => room.change(() => room.outbox.catchUp(link))),
    copies: () => room.settleDebts(),
  });
}
