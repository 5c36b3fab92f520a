/** A message as every transport shows it. */
import * as v from 'valibot';
import { Participant } from './participant.ts';

export const Reaction = v.object({
  emoji: v.string(),
  count: v.number(),
  /** The first ten people who reacted. */
  participants: v.array(v.string()),
  /** Whether whoever asks is among them; only in answers to one person. */
  mine: v.optional(v.boolean()),
});
export type Reaction = v.InferOutput<typeof Reaction>;

/** Who made a tombstone of a message. */
export const DeletedBy = v.picklist(['author', 'moderator']);
export type DeletedBy = v.InferOutput<typeof DeletedBy>;

/** Somebody who is mentioned, and where in the text, in UTF-16 units: the `@` and the name. */
export const Mention = v.object({ id: v.string(), start: v.number(), length: v.number() });
export type Mention = v.InferOutput<typeof Mention>;

/** How far somebody has read: the id of a message. */
export const ReadMark = v.object({ id: v.string(), messageId: v.number() });
export type ReadMark = v.InferOutput<typeof ReadMark>;

/** How far one has read oneself, and how many messages of others there are beyond; as many as are counted at most. */
export const ReadState = v.object({ messageId: v.number(), unread: v.number() });
export type ReadState = v.InferOutput<typeof ReadState>;

/** `id` is the `rev` at which the message was made, `rev` that of its last change. Times are milliseconds. */
export const Message = v.object({
  id: v.number(),
  rev: v.number(),
  author: Participant,
  text: v.string(),
  createdAt: v.number(),
  editedAt: v.optional(v.number()),
  /** Present on a tombstone, whose text is gone. */
  deletedAt: v.optional(v.number()),
  deletedBy: v.optional(DeletedBy),
  replyTo: v.optional(v.number()),
  reactions: v.array(Reaction),
  /** Absent where nobody is mentioned. */
  mentions: v.optional(v.array(Mention)),
});
export type Message = v.InferOutput<typeof Message>;

/** Where a page stands in the room's log. */
export const Position = v.object({ epoch: v.string(), rev: v.number(), floor: v.number() });
/** `epoch`: which life of the room; `rev`: its last change; `floor`: the least id that is still kept. */
export type Position = v.InferOutput<typeof Position>;

/** A page of messages, oldest first. */
export const MessagePage = v.object({ messages: v.array(Message), ...Position.entries });
export type MessagePage = v.InferOutput<typeof MessagePage>;

/** A message that was found. */
const FoundMessage = v.object({
  ...Message.entries,
  /** Where in the text, from the left: start and length in UTF-16 units, as JavaScript slices. */
  matches: v.array(v.pipe(v.array(v.number()), v.length(2))),
});

/** A page of what was found, newest first. It may be short, or empty, and yet go on. */
export const FoundPage = v.object({
  messages: v.array(FoundMessage),
  /** Send it as `before` for the next page; absent where all was looked through. */
  next: v.optional(v.number()),
});
export type FoundPage = v.InferOutput<typeof FoundPage>;

/** Where a page lies, as it is asked for. */
interface Place {
  before?: number | undefined;
  after?: number | undefined;
  around?: number | undefined;
}

/** Whether a page that lies around a message is asked to lie neither before nor after another. */
export function standsAlone({ before, after, around }: Place): boolean {
  return around === undefined || (before === undefined && after === undefined);
}

/** What is said of an `around` that does not. */
export const notAlone = 'must stand without before and after';
