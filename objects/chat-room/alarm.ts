/** What a room does when its alarm rings: all that is due, and then it arms the alarm for the rest. */
import { expireLeases, hangUp } from './attendance.ts';
import type { Room } from './room.ts';

/** Closes overdue sockets, ends leases, and delivers what the copies must hear. May run twice, or late. */
export async function ring(room: Room): Promise<void> {
  // What comes up meanwhile sets the alarm anew, so that nothing waits for a slow delivery.
  room.wake.forget();
  const details = room.find();
  try {
    if (details) {
      for (const { socket, failure } of room.sessions.overdue()) hangUp(room, socket, failure);
      expireLeases(room, details);
    }
    await room.settleDebts();
  } finally {
    room.wake.again();
  }
}
