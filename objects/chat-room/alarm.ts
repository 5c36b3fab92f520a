/** What a room does when its alarm rings. May come twice, or late. */

import { disconnect, expireIdentity } from './actions/connect.ts';
import { eraseNextBatch } from './actions/erase-participant.ts';
import { deleteIfInactive } from './actions/inactivity.ts';
import { expireLeases } from './actions/leases.ts';
import { flushReadMarkers } from './actions/mark-read.ts';
import { applyRetention } from './actions/retention.ts';
import type { Room } from './room.ts';
import type { Details } from './state/details.ts';

/**
 * Closes overdue sockets, makes viewers of those whose signed token has expired, ends leases, notices what a crash
 * changed, removes what is too old or unused, and delivers what the copies must hear.
 */
export function runDueJobs(room: Room): Promise<void> {
  const withDetails = (work: (details: Details) => void | Promise<void>) => () => {
    const details = room.details();
    return details && work(details);
  };
  return room.alarmScheduler.run(room.clock, {
    sockets: withDetails((details) => {
      for (const { socket, failure } of room.connections.stale()) disconnect(room, socket, failure);
      for (const [socket, connection] of room.connections.entries())
        expireIdentity({ room, details, socket, connection });
    }),
    leases: withDetails((details) => expireLeases(room, details)),
    // Sockets that died with the object took their people along without a word.
    drift: withDetails(({ link }) => room.transaction(() => room.outbox.markDrifted(link))),
    retention: withDetails((details) => applyRetention(room, details)),
    marks: withDetails(() => flushReadMarkers(room)),
    erasures: withDetails(() => eraseNextBatch(room)),
    disuse: withDetails((details) => deleteIfInactive(room, details)),
    copies: () => room.deliverReplicas(),
  });
}
