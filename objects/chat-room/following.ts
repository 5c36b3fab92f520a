/** What people do without saying anything: that they type, and how far they have read. Neither is part of the log. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import type { ReadMark, ReadState } from '../../shared/message.ts';
import type { Poster } from './posting.ts';
import { maySpeak } from './posting.ts';
import type { Room } from './room.ts';
import { authorOf } from './rules.ts';

/**
 * Tells everyone that somebody types, or no longer does. It is stored nowhere: it ends by itself at whoever hears it. In
 * a crowd nobody could follow it, and nobody is told.
 */
export function type(room: Room, poster: Poster, on: boolean): Outcome<void> {
  const author = authorOf(poster);
  if (!author.ok) return author;
  const admitted = room.pacing.admit({ ...poster, key: author.value.id }, 'typing', room.clock.now());
  if (!admitted.ok) return admitted;
  const allowed = maySpeak(room, author.value);
  if (!allowed.ok) return allowed;
  if (room.participants.count() <= limits.markedPeople) {
    room.sessions.broadcast({ type: 'typing', participant: author.value, on });
  }
  return done(undefined);
}

/** Notes how far somebody has read, and answers with what is left: `token_required` (401), `message_not_found` (404). */
export function read(room: Room, poster: Poster, messageId: number): Outcome<ReadState> {
  const reader = authorOf(poster);
  if (!reader.ok) return reader;
  const { id } = reader.value;
  const now = room.clock.now();
  const admitted = room.pacing.admit({ ...poster, key: id }, 'read', now);
  if (!admitted.ok) return admitted;
  if (messageId > room.log.position().rev) return fail('message_not_found');
  if (room.marks.move(id, messageId, now)) writeMarks(room);
  const due = room.marks.nextDue();
  if (due !== undefined) room.wake.by(due);
  return done(readState(room, id));
}

/** Writes the marks whose time has come, and tells everyone in a room that is not a crowd. */
export function writeMarks(room: Room): void {
  const now = room.clock.now();
  const written = room.marks.due(now);
  room.change(() => room.marks.write(written));
  room.marks.written(written, now);
  if (written.length === 0 || !room.marks.all()) return;
  for (const mark of written) room.sessions.broadcast({ type: 'read', ...mark });
}

/** How far somebody has read, and how much there is beyond. */
export function readState(room: Room, id: string): ReadState {
  const messageId = room.marks.of(id);
  return { messageId, unread: room.log.countAfter(messageId, id) };
}

/** Everyone's marks, where they are so few that messages can say who has read them. */
export function everyonesMarks(room: Room): ReadMark[] {
  return room.marks.all() ?? [];
}
