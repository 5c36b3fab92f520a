/** Read markers: how far each participant has read. State of the room, not part of the log. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { ReadMarker, ReadState } from '../../../shared/message.ts';
import type { Actor } from '../access/actor.ts';
import { requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';

/**
 * Advances the actor's read marker to a message.
 * @returns the new read state; `token_required` (401), `too_fast` (429), `message_not_found` (404)
 */
export function markRead(room: Room, actor: Actor, messageId: number): Result<ReadState> {
  const reader = requireParticipant(actor);
  if (!reader.ok) return reader;
  const { id } = reader.value;
  const now = room.clock.now();
  const admitted = room.rateLimiter.admit({ ...actor, key: id }, 'read', now);
  if (!admitted.ok) return admitted;
  if (messageId > room.messageLog.position().rev) return fail('message_not_found');
  if (room.readMarkers.advance(id, messageId, now)) flushReadMarkers(room);
  const due = room.readMarkers.nextDue();
  if (due !== undefined) room.alarmScheduler.scheduleBy(due);
  return ok(readState(room, id));
}

/** Writes the markers that are due, and broadcasts them in a room of at most `limits.readState.receiptPeople`. */
export function flushReadMarkers(room: Room): void {
  const now = room.clock.now();
  const markers = room.readMarkers.due(now);
  room.transaction(() => room.readMarkers.write(markers));
  room.readMarkers.markWritten(markers, now);
  if (markers.length === 0 || !room.readMarkers.all()) return;
  for (const marker of markers) room.connections.broadcast({ type: 'read', ...marker });
}

/** @param id of the participant */
export function readState(room: Room, id: string): ReadState {
  const messageId = room.readMarkers.get(id);
  return { messageId, unread: room.messageLog.history.countAfter(messageId, id) };
}

/** The markers of all participants; none in a room above `limits.readState.receiptPeople`. */
export function allReadMarkers(room: Room): ReadMarker[] {
  return room.readMarkers.all() ?? [];
}

/** @returns the actor's own state and all markers; `token_required` (401) for a viewer */
export function readMarkersFor(room: Room, { participant }: Actor): Result<ReadState & { marks: ReadMarker[] }> {
  if (!participant) return fail('token_required');
  return ok({ ...readState(room, participant.id), marks: allReadMarkers(room) });
}
