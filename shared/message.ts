/** Schemas of messages, as REST and WebSocket both return them. */
import * as v from 'valibot';
import { Participant } from './participant.ts';

export const Reaction = v.object({
  emoji: v.string(),
  count: v.number(),
  /** Ids of the first ten participants who reacted. */
  participants: v.array(v.string()),
  /** Whether the caller is one of them. Only in responses to one participant, never in broadcasts. */
  mine: v.optional(v.boolean()),
});
export type Reaction = v.InferOutput<typeof Reaction>;

export const DeletedBy = v.picklist(['author', 'moderator']);
export type DeletedBy = v.InferOutput<typeof DeletedBy>;

/** A mentioned participant, and the position of the `@` and the name in the text, in UTF-16 code units. */
export const Mention = v.object({ id: v.string(), start: v.number(), length: v.number() });
export type Mention = v.InferOutput<typeof Mention>;

/** A participant's read marker: the id of the last message they have read. */
export const ReadMarker = v.object({ id: v.string(), messageId: v.number() });
export type ReadMarker = v.InferOutput<typeof ReadMarker>;

/** The caller's read marker and the number of unread messages of others, up to `limits.readState.unreadCountMax`. */
export const ReadState = v.object({ messageId: v.number(), unread: v.number() });
export type ReadState = v.InferOutput<typeof ReadState>;

/** `id` is the `rev` at which the message was created, `rev` that of its last change. Times are milliseconds. */
export const Message = v.object({
  id: v.number(),
  rev: v.number(),
  author: Participant,
  text: v.string(),
  createdAt: v.number(),
  editedAt: v.optional(v.number()),
  /** Present on a tombstone, which has an empty text. */
  deletedAt: v.optional(v.number()),
  deletedBy: v.optional(DeletedBy),
  replyTo: v.optional(v.number()),
  reactions: v.array(Reaction),
  /** Absent if there are no mentions. */
  mentions: v.optional(v.array(Mention)),
});
export type Message = v.InferOutput<typeof Message>;

/**
 * State of the room's log when a page was read. `epoch`: incarnation of the room; `rev`: its last change; `floor`: the
 * lowest retained id.
 */
export const LogPosition = v.object({ epoch: v.string(), rev: v.number(), floor: v.number() });
export type LogPosition = v.InferOutput<typeof LogPosition>;

/** A page of messages, oldest first. */
export const MessagePage = v.object({ messages: v.array(Message), ...LogPosition.entries });
export type MessagePage = v.InferOutput<typeof MessagePage>;

/** A message in search results. */
const SearchResult = v.object({
  ...Message.entries,
  /** Positions in the text, from left to right: start and length in UTF-16 code units. */
  matches: v.array(v.pipe(v.array(v.number()), v.length(2))),
});

/** A page of search results, newest first. It can be short or empty and still have a `next`. */
export const SearchResults = v.object({
  messages: v.array(SearchResult),
  /** Send it as `before` to get the next page; absent once the whole room was searched. */
  next: v.optional(v.number()),
});
export type SearchResults = v.InferOutput<typeof SearchResults>;

/** The requested position of a page. */
interface HistoryRange {
  before?: number | undefined;
  after?: number | undefined;
  around?: number | undefined;
}

/** Whether `around`, if present, is used without `before` and `after`. */
export function isExclusiveAround({ before, after, around }: HistoryRange): boolean {
  return around === undefined || (before === undefined && after === undefined);
}

/** Failure text for `isExclusiveAround`. */
export const aroundMustStandAlone = 'must not be combined with before or after';
