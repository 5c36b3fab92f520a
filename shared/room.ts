/** Room metadata, as the API returns it and as the two replicas (directory, KV) store it. */
import * as v from 'valibot';

/** Public metadata of a room: ChatData of the Flexio API document without the admin token. Times are milliseconds. */
export const RoomInfo = v.object({
  link: v.string(),
  title: v.string(),
  about: v.string(),
  tags: v.array(v.string()),
  createdAt: v.number(),
  updatedAt: v.number(),
  participantCount: v.number(),
});
export type RoomInfo = v.InferOutput<typeof RoomInfo>;

/** Order of the list: by creation time, last message or number of participants, each descending. */
export const ListSort = v.picklist(['new', 'active', 'popular']);
export type ListSort = v.InferOutput<typeof ListSort>;

/** ChatResponse of the document. `isAdmin`: whether the request has the admin token or the operator token. */
export const RoomView = v.object({
  ...RoomInfo.entries,
  isAdmin: v.boolean(),
  /** Present only for a private room. An addition to the document. */
  isPrivate: v.optional(v.literal(true)),
  /** Days for which messages are kept; absent if forever. An addition to the document. */
  keepDays: v.optional(v.number()),
});
export type RoomView = v.InferOutput<typeof RoomView>;
