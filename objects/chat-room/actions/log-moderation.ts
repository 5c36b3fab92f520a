/** Entries of the moderation log: written in the transaction of the action, then sent to the connected moderators. */
import type { ModerationEntry } from '../../../shared/moderation.ts';
import { displayName, type Participant } from '../../../shared/participant.ts';
import type { Room } from '../room.ts';
import type { NewModerationEntry } from '../state/moderation-log.ts';

/** Adds an entry. Call it in the transaction of the action. */
export function logAction(
  room: Room,
  by: Participant,
  entry: Pick<NewModerationEntry, 'action' | 'target' | 'messageId' | 'seconds' | 'reason'>,
): ModerationEntry {
  const { action, target, messageId, seconds, reason } = entry;
  const { id } = by;
  // A moderator's REST call has no display name, so the name that the room knows is logged.
  const name = by.name === displayName(id, undefined) ? (knownNameOf(room, id) ?? by.name) : by.name;
  return room.moderationLog.add({
    at: room.clock.now(),
    action,
    by: { id, name },
    target: target && { id: target.id, name: target.name },
    messageId,
    seconds,
    reason,
  });
}

/** Logs that a moderator deleted another author's message. */
export function logDeletion(room: Room, by: Participant, author: Participant, messageId: number): ModerationEntry {
  return logAction(room, by, { action: 'delete', target: author, messageId });
}

export function notifyModerators(room: Room, entry: ModerationEntry): void {
  room.connections.sendToModerators({ type: 'moderation', entry });
}

/** The name of a participant who is present, has a status or has posted; undefined for an id that the room never saw. */
export function knownNameOf(room: Room, id: string): string | undefined {
  const name =
    room.participants.find(id)?.name ?? room.memberStatuses.nameOf(id) ?? room.messageLog.latestBy(id)?.author.name;
  return name && displayName(id, name);
}
