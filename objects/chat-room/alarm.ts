/** What a room does when its alarm rings. May come twice, or late. */
import { expireLeases } from './attendance.ts';
import type { Details } from './details.ts';
import { removeUnused } from './disuse.ts';
import { eraseBatch } from './erasing.ts';
import { writeMarks } from './following.ts';
import { removeOld } from './retention.ts';
import type { Room } from './room.ts';
import { hangUp, lapse } from './seating.ts';

/**
 * Closes overdue sockets, makes viewers of those whose signed token has expired, ends leases, notices what a crash
 * changed, removes what is too old or unused, and delivers what the copies must hear.
 */
export function ring(room: Room): Promise<void> {
  const inRoom = (work: (details: Details) => void | Promise<void>) => () => {
    const details = room.find();
    return details && work(details);
  };
  return room.wake.ring(room.clock, {
    sockets: inRoom((details) => {
      for (const { socket, failure } of room.sessions.overdue()) hangUp(room, socket, failure);
      for (const [socket, session] of room.sessions.all()) lapse({ room, details, socket, session });
    }),
    leases: inRoom((details) => expireLeases(room, details)),
    // Sockets that died with the object took their people along without a word.
    drift: inRoom(({ link }) => room.change(() => room.outbox.catchUp(link))),
    retention: inRoom((details) => removeOld(room, details)),
    marks: inRoom(() => writeMarks(room)),
    erasures: inRoom(() => eraseBatch(room)),
    disuse: inRoom((details) => removeUnused(room, details)),
    copies: () => room.settleDebts(),
  });
}
