/** What people do without saying anything: that they type, and how far they have read. Neither is part of the log. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { ReadMarker, ReadState } from '../../../shared/message.ts';
import { requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Actor } from './post-message.ts';
import { canSpeak } from './post-message.ts';

/**
 * Tells everyone that somebody types, or no longer does. It is stored nowhere: it ends by itself at whoever hears it. In
 * a crowd nobody could follow it, and nobody is told.
 */
export function setTyping(room: Room, actor: Actor, on: boolean): Result<void> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, 'typing', room.clock.now());
  if (!admitted.ok) return admitted;
  const allowed = canSpeak(room, author.value);
  if (!allowed.ok) return allowed;
  if (room.participants.count() <= limits.readReceiptPeople) {
    room.connections.broadcast({ type: 'typing', participant: author.value, on });
  }
  return ok(undefined);
}

/** Notes how far somebody has read, and answers with what is left: `token_required` (401), `message_not_found` (404). */
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

/** Writes the marks whose time has come, and tells everyone in a room that is not a crowd. */
export function flushReadMarkers(room: Room): void {
  const now = room.clock.now();
  const markers = room.readMarkers.due(now);
  room.transaction(() => room.readMarkers.write(markers));
  room.readMarkers.markWritten(markers, now);
  if (markers.length === 0 || !room.readMarkers.all()) return;
  for (const marker of markers) room.connections.broadcast({ type: 'read', ...marker });
}

/** How far somebody has read, and how much there is beyond. */
export function readState(room: Room, id: string): ReadState {
  const messageId = room.readMarkers.get(id);
  return { messageId, unread: room.messageLog.countAfter(messageId, id) };
}

/** Everyone's marks, where they are so few that messages can say who has read them. */
export function allReadMarkers(room: Room): ReadMarker[] {
  return room.readMarkers.all() ?? [];
}
