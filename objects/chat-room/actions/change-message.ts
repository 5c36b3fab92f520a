/**
 * Editing, deleting and reacting, by frame and by REST. Each change takes the next `rev` and is broadcast as the message
 * in its new state. A request that changes nothing is acknowledged without a `rev` or a broadcast.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import type { ModerationEntry } from '../../../shared/moderation.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { Actor } from '../access/actor.ts';
import { isModerator, requireParticipant } from '../access/permissions.ts';
import type { LimitedAction } from '../access/rate-limiter.ts';
import type { Room } from '../room.ts';
import type { AppendResult } from '../state/message-log.ts';
import { logDeletion, notifyModerators } from './log-moderation.ts';
import { canSpeak, mentionsIn } from './post-message.ts';

export interface MessageEdit {
  messageId: number;
  text: string;
}

/** `on` adds the reaction, else it is removed. */
export interface ReactionChange {
  messageId: number;
  emoji: string;
  on: boolean;
}

/** The actor of a change, and the message before it. */
interface MessageChange {
  author: Participant;
  message: Message;
}

/** Replaces the text, for the message's author. @returns `not_author` (403), `message_not_found` (404) for a tombstone */
export function editMessage(room: Room, actor: Actor, { messageId, text }: MessageEdit): Result<AppendResult> {
  const loaded = loadForChange(room, actor, 'edit', messageId);
  if (!loaded.ok) return loaded;
  const { author, message } = loaded.value;
  if (message.author.id !== author.id) return fail('not_author');
  if (message.deletedAt !== undefined) return fail('message_not_found');
  if (message.text === text) return noChange(message);
  return applyChange(room, () => room.messageLog.edit(messageId, text, mentionsIn(room, text), room.clock.now()));
}

/** Replaces a message with a tombstone, for its author and for moderators. @returns `not_author` (403) */
export function deleteMessage(room: Room, actor: Actor, messageId: number): Result<AppendResult> {
  const loaded = loadForChange(room, actor, 'delete', messageId);
  if (!loaded.ok) return loaded;
  const { author, message } = loaded.value;
  const isOwn = message.author.id === author.id;
  if (!isOwn && !isModerator(author.role)) return fail('not_author');
  if (message.deletedAt !== undefined) return noChange(message);
  let entry: ModerationEntry | undefined;
  const deleted = applyChange(room, () => {
    room.reactions.deleteByMessage(messageId);
    if (!isOwn) entry = logDeletion(room, author, message.author, messageId);
    return room.messageLog.markDeleted(messageId, isOwn ? 'author' : 'moderator', room.clock.now());
  });
  if (entry) notifyModerators(room, entry);
  return deleted;
}

/** Adds or removes the actor's reaction. @returns `too_many_reactions` (409) above `limits.message.reactionKinds` per message */
export function setReaction(room: Room, actor: Actor, reaction: ReactionChange): Result<AppendResult> {
  const { messageId, emoji, on } = reaction;
  const loaded = loadForChange(room, actor, 'react', messageId);
  if (!loaded.ok) return loaded;
  const { author, message } = loaded.value;
  if (message.deletedAt !== undefined) return fail('message_not_found');
  if (room.reactions.has(messageId, emoji, author.id) === on) return noChange(message);
  const isNew = !message.reactions.some((existing) => existing.emoji === emoji);
  if (on && isNew && message.reactions.length >= limits.message.reactionKinds) return fail('too_many_reactions');
  return applyChange(room, () => {
    room.reactions.set(messageId, emoji, author.id, on);
    return room.messageLog.setReactions(messageId, room.reactions.summaryAfter(message, emoji, on));
  });
}

/**
 * Loads the message that an actor wants to change.
 * @returns `token_required` (401), `too_fast` (429), `message_not_found` (404), and, except for a deletion, the failures
 *   of `canSpeak`
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

/** Stores and broadcasts a change. The replicas hold no message content, so they are not marked. */
function applyChange(room: Room, change: () => Message): Result<AppendResult> {
  const message = room.transaction(() => {
    room.activity.record(room.clock.now());
    return change();
  });
  room.connections.broadcast({ type: 'message', ...message });
  return ok({ message, duplicate: false });
}

function noChange(message: Message): Result<AppendResult> {
  return ok({ message, duplicate: true });
}
