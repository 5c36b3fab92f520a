/** The scheduled jobs of a room: when each is due, and what it does. */
import type { Job } from '../storage/alarm-scheduler.ts';
import { expireIdentity } from './actions/connect.ts';
import { disconnect } from './actions/disconnect.ts';
import { eraseNextBatch, erasureDue } from './actions/erase-participant.ts';
import { deleteIfInactive, inactivityDue } from './actions/inactivity.ts';
import { expireLeases } from './actions/leases.ts';
import { flushReadMarkers } from './actions/mark-read.ts';
import { applyRetention, retentionDue } from './actions/retention.ts';
import type { Room } from './room.ts';
import type { Details } from './state/details.ts';

/** The jobs in the order in which an alarm runs them. Their names appear in logs. */
export function jobsOf(room: Room): readonly Job[] {
  const withDetails =
    <T>(work: (details: Details) => T) =>
    (): T | undefined => {
      const details = room.details();
      return details && work(details);
    };
  return [
    {
      name: 'sockets',
      due: () => room.connections.nextDue(),
      run: withDetails((details) => {
        for (const { socket, failure } of room.connections.stale()) disconnect(room, socket, failure);
        for (const [socket, connection] of room.connections.entries()) {
          expireIdentity({ room, details, socket, connection });
        }
      }),
    },
    {
      name: 'leases',
      due: () => room.participants.nextDue(),
      run: withDetails((details) => expireLeases(room, details)),
    },
    {
      // Sockets that a crash ended are missing from the count, but no call marked the replicas. Checked at every alarm.
      name: 'drift',
      due: () => undefined,
      run: withDetails(({ link }) => room.transaction(() => room.outbox.markDrifted(link))),
    },
    {
      name: 'retention',
      due: withDetails((details) => {
        const due = retentionDue(room, details);
        // A room with open sockets wakes for their sweep anyway.
        return due === undefined ? undefined : room.connections.alignToSweep(due);
      }),
      run: withDetails((details) => applyRetention(room, details)),
    },
    {
      name: 'marks',
      due: () => room.readMarkers.nextDue(),
      run: withDetails(() => flushReadMarkers(room)),
    },
    {
      name: 'erasures',
      due: withDetails(() => erasureDue(room)),
      run: withDetails(() => eraseNextBatch(room)),
    },
    {
      name: 'disuse',
      due: withDetails((details) => inactivityDue(room, details)),
      run: withDetails((details) => deleteIfInactive(room, details)),
    },
    {
      name: 'copies',
      due: () => room.outbox.nextDue(),
      run: () => room.deliverReplicas(),
    },
  ];
}
