/** Typing indicators. Not stored: without another `typing` frame, clients end one after `typingMs`. */
import { ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Actor } from '../access/actor.ts';
import { requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import { canSpeak } from './post-message.ts';

/**
 * Broadcasts that a participant types or has stopped. Rooms above `limits.readState.receiptPeople` get no indicators.
 * @returns `token_required` (401), `too_fast` (429), and the failures of `canSpeak`
 */
export function setTyping(room: Room, actor: Actor, on: boolean): Result<undefined> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, 'typing', room.clock.now());
  if (!admitted.ok) return admitted;
  const allowed = canSpeak(room, author.value);
  if (!allowed.ok) return allowed;
  if (room.participants.count() <= limits.readState.receiptPeople) {
    room.connections.broadcast({ type: 'typing', participant: author.value, on });
  }
  return ok(undefined);
}
