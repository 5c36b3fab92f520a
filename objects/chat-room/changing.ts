/**
 * Changing what was said: editing, deleting and reacting, for frames and for REST alike. Each change takes the next
 * `rev`, and everyone is sent the message as it now is; what changes nothing is acknowledged and takes none.
 */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import type { Message } from '../../shared/message.ts';
import type { ModerationEntry } from '../../shared/moderation.ts';
import type { Participant } from '../../shared/participant.ts';
import type { Appended } from './messages.ts';
import { noteDeletion, tellModerators } from './moderation.ts';
import type { Act } from './pacing.ts';
import { maySpeak, mentionsIn, type Poster } from './posting.ts';
import type { Room } from './room.ts';
import { authorOf, isModerator } from './rules.ts';

/** Another text for a message. */
export interface Edit {
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
interface Standing {
  author: Participant;
  message: Message;
}

/**
 * Lets somebody near a message that is there: `token_required` (401), `too_fast` (429), `message_not_found` (404), and,
 * but for deleting, what moderators forbid.
 */
function approach(room: Room, poster: Poster, act: Act, messageId: number): Outcome<Standing> {
  const author = authorOf(poster);
  if (!author.ok) return author;
  const admitted = room.pacing.admit({ ...poster, key: author.value.id }, act, room.clock.now());
  if (!admitted.ok) return admitted;
  const message = room.log.find(messageId);
  if (!message) return fail('message_not_found');
  const allowed = act === 'delete' ? done(undefined) : maySpeak(room, author.value);
  return allowed.ok ? done({ author: author.value, message }) : allowed;
}

/** Stores a change of a message, and tells everyone. The copies hold nothing of it. */
function change(room: Room, work: () => Message): Outcome<Appended> {
  const message = room.change(() => {
    room.touches.note(room.clock.now());
    return work();
  });
  room.sessions.broadcast({ type: 'message', ...message });
  return done({ message, duplicate: false });
}

/** What was asked for is so already. */
function unchanged(message: Message): Outcome<Appended> {
  return done({ message, duplicate: true });
}

/** Gives a message another text, for its author: `not_author` (403); a tombstone has none (`message_not_found`, 404). */
export function edit(room: Room, poster: Poster, { messageId, text }: Edit): Outcome<Appended> {
  const near = approach(room, poster, 'edit', messageId);
  if (!near.ok) return near;
  const { author, message } = near.value;
  if (message.author.id !== author.id) return fail('not_author');
  if (message.deletedAt !== undefined) return fail('message_not_found');
  if (message.text === text) return unchanged(message);
  return change(room, () => room.log.edit(messageId, text, mentionsIn(room, text), room.clock.now()));
}

/** Leaves a tombstone of a message, for its author and for moderators: `not_author` (403) for everyone else. */
export function bury(room: Room, poster: Poster, messageId: number): Outcome<Appended> {
  const near = approach(room, poster, 'delete', messageId);
  if (!near.ok) return near;
  const { author, message } = near.value;
  const isOwn = message.author.id === author.id;
  if (!isOwn && !isModerator(author.role)) return fail('not_author');
  if (message.deletedAt !== undefined) return unchanged(message);
  const entries: ModerationEntry[] = [];
  const buried = change(room, () => {
    room.reactions.clear(messageId);
    if (!isOwn) entries.push(noteDeletion(room, author, message.author, messageId));
    return room.log.bury(messageId, isOwn ? 'author' : 'moderator', room.clock.now());
  });
  for (const entry of entries) tellModerators(room, entry);
  return buried;
}

/** Gives a reaction or takes it back: `too_many_reactions` (409) where a message has as many kinds as it may. */
export function react(room: Room, poster: Poster, reaction: ReactionChange): Outcome<Appended> {
  const { messageId, emoji, on } = reaction;
  const near = approach(room, poster, 'react', messageId);
  if (!near.ok) return near;
  const { author, message } = near.value;
  if (message.deletedAt !== undefined) return fail('message_not_found');
  if (room.reactions.has(messageId, emoji, author.id) === on) return unchanged(message);
  const isNew = !message.reactions.some((known) => known.emoji === emoji);
  if (on && isNew && message.reactions.length >= limits.reactionKinds) return fail('too_many_reactions');
  return change(room, () => {
    room.reactions.set(messageId, emoji, author.id, on);
    return room.log.setReactions(messageId, room.reactions.after(message, emoji, on));
  });
}
