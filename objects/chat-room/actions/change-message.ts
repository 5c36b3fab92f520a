/**
 * Changing what was said: editing, deleting and reacting, for frames and for REST alike. Each change takes the next
 * `rev`, and everyone is sent the message as it now is; what changes nothing is acknowledged and takes none.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import type { ModerationEntry } from '../../../shared/moderation.ts';
import type { Participant } from '../../../shared/participant.ts';
import { isModerator, requireParticipant } from '../access/permissions.ts';
import type { LimitedAction } from '../access/rate-limiter.ts';
import type { Room } from '../room.ts';
import type { AppendResult } from '../state/message-log.ts';
import { logDeletion, notifyModerators } from './moderate.ts';
import { type Actor, canSpeak, mentionsIn } from './post-message.ts';

/** Another text for a message. */
export interface MessageEdit {
  messageId: number;
  text: string;
}

/** A reaction given, or taken back. */
export interface ReactionChange {
  messageId: number;
  emoji: string;
  on: boolean;
}

/** What a change starts from: who makes it, and the message as it is. */
interface MessageChange {
  author: Participant;
  message: Message;
}

/**
 * Lets somebody near a message that is there: `token_required` (401), `too_fast` (429), `message_not_found` (404), and,
 * but for deleting, what moderators forbid.
 */
function loadForChange(room: Room, actor: Actor, action: LimitedAction, messageId: number): Result<MessageChange> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, action, room.clock.now());
  if (!admitted.ok) return admitted;
  const message = room.messageLog.find(messageId);
  if (!message) return fail('message_not_found');
  const allowed = action === 'delete' ? ok(undefined) : canSpeak(room, author.value);
  return allowed.ok ? ok({ author: author.value, message }) : allowed;
}

/** Stores a change of a message, and tells everyone. The copies hold nothing of it. */
function applyChange(room: Room, work: () => Message): Result<AppendResult> {
  const message = room.transaction(() => {
    room.activity.record(room.clock.now());
    return work();
  });
  room.connections.broadcast({ type: 'message', ...message });
  return ok({ message, duplicate: false });
}

/** What was asked for is so already. */
function noChange(message: Message): Result<AppendResult> {
  return ok({ message, duplicate: true });
}

/** Gives a message another text, for its author: `not_author` (403); a tombstone has none (`message_not_found`, 404). */
export function editMessage(room: Room, actor: Actor, { messageId, text }: MessageEdit): Result<AppendResult> {
  const loaded = loadForChange(room, actor, 'edit', messageId);
  if (!loaded.ok) return loaded;
  const { author, message } = loaded.value;
  if (message.author.id !== author.id) return fail('not_author');
  if (message.deletedAt !== undefined) return fail('message_not_found');
  if (message.text === text) return noChange(message);
  return applyChange(room, () => room.messageLog.edit(messageId, text, mentionsIn(room, text), room.clock.now()));
}

/** Leaves a tombstone of a message, for its author and for moderators: `not_author` (403) for everyone else. */
export function deleteMessage(room: Room, actor: Actor, messageId: number): Result<AppendResult> {
  const loaded = loadForChange(room, actor, 'delete', messageId);
  if (!loaded.ok) return loaded;
  const { author, message } = loaded.value;
  const isOwn = message.author.id === author.id;
  if (!isOwn && !isModerator(author.role)) return fail('not_author');
  if (message.deletedAt !== undefined) return noChange(message);
  const entries: ModerationEntry[] = [];
  const deleted = applyChange(room, () => {
    room.reactions.deleteByMessage(messageId);
    if (!isOwn) entries.push(logDeletion(room, author, message.author, messageId));
    return room.messageLog.markDeleted(messageId, isOwn ? 'author' : 'moderator', room.clock.now());
  });
  for (const entry of entries) notifyModerators(room, entry);
  return deleted;
}

/** Gives a reaction or takes it back: `too_many_reactions` (409) where a message has as many kinds as it may. */
export function setReaction(room: Room, actor: Actor, reaction: ReactionChange): Result<AppendResult> {
  const { messageId, emoji, on } = reaction;
  const loaded = loadForChange(room, actor, 'react', messageId);
  if (!loaded.ok) return loaded;
  const { author, message } = loaded.value;
  if (message.deletedAt !== undefined) return fail('message_not_found');
  if (room.reactions.has(messageId, emoji, author.id) === on) return noChange(message);
  const isNew = !message.reactions.some((existing) => existing.emoji === emoji);
  if (on && isNew && message.reactions.length >= limits.reactionKinds) return fail('too_many_reactions');
  return applyChange(room, () => {
    room.reactions.set(messageId, emoji, author.id, on);
    return room.messageLog.setReactions(messageId, room.reactions.summaryAfter(message, emoji, on));
  });
}
