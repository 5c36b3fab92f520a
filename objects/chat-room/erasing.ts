/**
 * Somebody erases themselves from a room: what they wrote becomes tombstones under the name of nobody, and their reactions
 * are taken back. Each change takes a `rev`; a batch is done at once, the rest by alarm.
 */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import { displayName } from '../../shared/participant.ts';
import type { Poster } from './posting.ts';
import type { Room } from './room.ts';

/** What is still to be done once the first batch is. */
export interface Erased {
  remaining: number;
}

/** Erases whoever asks from all that is here now: `no_credential` (401), `too_fast` (429). */
export function eraseOneself(room: Room, poster: Poster): Outcome<Erased> {
  const { participant } = poster;
  if (!participant) return fail('no_credential');
  const { id } = participant;
  const admitted = room.pacing.admit({ ...poster, key: id }, 'erase', room.clock.now());
  if (!admitted.ok) return admitted;
  eraseBatch(room, () => {
    room.erasures.add(id, displayName(id, undefined));
    room.reactions.removeOf(id);
    room.marks.remove(id);
    room.standings.rename(id, displayName(id, undefined));
    room.moderationLog.rename(id, displayName(id, undefined));
  });
  return done({ remaining: room.erasures.remaining(id) });
}

/** When the next batch is due, in milliseconds; undefined where nothing is left. */
export function erasureDue(room: Room): number | undefined {
  return room.erasures.next(1).length === 0 ? undefined : room.clock.now() + limits.erasurePauseMs;
}

/** Does a batch of what is left, after `work` in the same transaction, and tells everyone. */
export function eraseBatch(room: Room, work: () => void = () => undefined): void {
  const changed = room.change(() => {
    work();
    const batch = room.erasures.next(limits.erasureBatch);
    const messages = batch.flatMap((erasure) => {
      room.erasures.settle(erasure);
      return eraseFrom(room, erasure.participantId, room.log.find(erasure.messageId)) ?? [];
    });
    const due = erasureDue(room);
    if (due !== undefined) room.wake.by(due);
    return messages;
  });
  for (const message of changed) room.sessions.broadcast({ type: 'message', ...message });
}

/** The message as it now is; undefined where there was nothing to erase, or the message is gone. */
function eraseFrom(room: Room, participantId: string, message: Message | undefined): Message | undefined {
  if (!message) return undefined;
  if (message.author.id !== participantId) {
    return message.deletedAt === undefined
      ? room.log.setReactions(message.id, room.reactions.summary(message.id))
      : undefined;
  }
  room.reactions.clear(message.id);
  return room.log.disown(message.id, displayName(participantId, undefined), room.clock.now());
}
