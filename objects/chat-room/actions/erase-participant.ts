/**
 * Erasure (GDPR Art. 17): a participant's messages become tombstones under a default name, and their reactions are
 * removed. Each changed message takes a `rev`. One batch is done at once, the rest by alarm.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import { displayName } from '../../../shared/participant.ts';
import type { Actor } from '../access/actor.ts';
import type { Room } from '../room.ts';

/** How many messages remain after the first batch. */
export interface EraseProgress {
  remaining: number;
}

/** Erases the actor from everything stored up to now. @returns `no_credential` (401), `too_fast` (429) */
export function eraseParticipant(room: Room, actor: Actor): Result<EraseProgress> {
  const { participant } = actor;
  if (!participant) return fail('no_credential');
  const { id } = participant;
  const admitted = room.rateLimiter.admit({ ...actor, key: id }, 'erase', room.clock.now());
  if (!admitted.ok) return admitted;
  const defaultName = displayName(id, undefined);
  eraseNextBatch(room, () => {
    room.erasureQueue.enqueue(id, defaultName);
    room.reactions.deleteByParticipant(id);
    room.readMarkers.remove(id);
    room.memberStatuses.rename(id, defaultName);
    room.moderationLog.rename(id, defaultName);
  });
  return ok({ remaining: room.erasureQueue.countRemaining(id) });
}

/** When the next batch is due, in milliseconds; undefined if the queue is empty. */
export function erasureDue(room: Room): number | undefined {
  return room.erasureQueue.peek(1).length === 0 ? undefined : room.clock.now() + limits.jobs.erasurePauseMs;
}

/** Erases one batch, after `work` in the same transaction, and broadcasts the changed messages. */
export function eraseNextBatch(room: Room, work: () => void = () => undefined): void {
  const changed = room.transaction(() => {
    work();
    const batch = room.erasureQueue.peek(limits.jobs.erasureBatch);
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

/** @returns the changed message; undefined if there was nothing to erase in it */
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
