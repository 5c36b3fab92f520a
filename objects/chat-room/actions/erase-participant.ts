/**
 * Somebody erases themselves from a room: what they wrote becomes tombstones under the name of nobody, and their reactions
 * are taken back. Each change takes a `rev`; a batch is done at once, the rest by alarm.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import { displayName } from '../../../shared/participant.ts';
import type { Room } from '../room.ts';
import type { Actor } from './post-message.ts';

/** What is still to be done once the first batch is. */
export interface EraseProgress {
  remaining: number;
}

/** Erases whoever asks from all that is here now: `no_credential` (401), `too_fast` (429). */
export function eraseParticipant(room: Room, actor: Actor): Result<EraseProgress> {
  const { participant } = actor;
  if (!participant) return fail('no_credential');
  const { id } = participant;
  const admitted = room.rateLimiter.admit({ ...actor, key: id }, 'erase', room.clock.now());
  if (!admitted.ok) return admitted;
  eraseNextBatch(room, () => {
    room.erasureQueue.enqueue(id, displayName(id, undefined));
    room.reactions.deleteByParticipant(id);
    room.readMarkers.remove(id);
    room.memberStatuses.rename(id, displayName(id, undefined));
    room.moderationLog.rename(id, displayName(id, undefined));
  });
  return ok({ remaining: room.erasureQueue.countRemaining(id) });
}

/** When the next batch is due, in milliseconds; undefined where nothing is left. */
export function erasureDue(room: Room): number | undefined {
  return room.erasureQueue.peek(1).length === 0 ? undefined : room.clock.now() + limits.erasurePauseMs;
}

/** Does a batch of what is left, after `work` in the same transaction, and tells everyone. */
export function eraseNextBatch(room: Room, work: () => void = () => undefined): void {
  const changed = room.transaction(() => {
    work();
    const batch = room.erasureQueue.peek(limits.erasureBatch);
    const messages = batch.flatMap((erasure) => {
      room.erasureQueue.complete(erasure);
      return eraseFromMessage(room, erasure.participantId, room.messageLog.find(erasure.messageId)) ?? [];
    });
    const due = erasureDue(room);
    if (due !== undefined) room.alarmScheduler.scheduleBy(due);
    return messages;
  });
  for (const message of changed) room.connections.broadcast({ type: 'message', ...message });
}

/** The message as it now is; undefined where there was nothing to erase, or the message is gone. */
function eraseFromMessage(room: Room, participantId: string, message: Message | undefined): Message | undefined {
  if (!message) return undefined;
  if (message.author.id !== participantId) {
    return message.deletedAt === undefined
      ? room.messageLog.setReactions(message.id, room.reactions.summary(message.id))
      : undefined;
  }
  room.reactions.deleteByMessage(message.id);
  return room.messageLog.anonymize(message.id, displayName(participantId, undefined), room.clock.now());
}
