/** Reports of messages, which are logged and sent to the moderators. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { ModerationEntry } from '../../../shared/moderation.ts';
import type { Actor } from '../access/actor.ts';
import { requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import { logAction, notifyModerators } from './log-moderation.ts';

export interface MessageReport {
  messageId: number;
  reason?: string | undefined;
}

/**
 * Reports a message. A second report of the same message by the same participant returns the first.
 * @returns `token_required` (401), `too_fast` (429), `message_not_found` (404)
 */
export function reportMessage(room: Room, actor: Actor, { messageId, reason }: MessageReport): Result<ModerationEntry> {
  const by = requireParticipant(actor);
  if (!by.ok) return by;
  const admitted = room.rateLimiter.admit({ ...actor, key: by.value.id }, 'report', room.clock.now());
  if (!admitted.ok) return admitted;
  const message = room.messageLog.find(messageId);
  if (!message) return fail('message_not_found');
  const earlier = room.moderationLog.findReport(by.value.id, messageId);
  if (earlier) return ok(earlier);
  const entry = room.transaction(() =>
    logAction(room, by.value, { action: 'report', target: message.author, messageId, reason }),
  );
  notifyModerators(room, entry);
  return ok(entry);
}
