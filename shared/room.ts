/** A room's metadata: as the API answers it, and as the two copies (directory, KV) keep it. */
import * as v from 'valibot';

/** What everyone may know of a room: the document's ChatData without its secret. Times are milliseconds. */
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

/** How the list can go: newest first, last spoken in first, or most people first. */
export const ListSort = v.picklist(['new', 'active', 'popular']);
export type ListSort = v.InferOutput<typeof ListSort>;

/** The document's ChatResponse: `isAdmin` says whether the token of the request was the admin's. */
export const RoomView = v.object({
  ...RoomInfo.entries,
  isAdmin: v.boolean(),
  /** Only of a room that takes a join key. Beyond the document. */
  isPrivate: v.optional(v.literal(true)),
  /** Only of a room that keeps its messages for so many days. Beyond the document. */
  keepDays: v.optional(v.number()),
});
export type RoomView = v.InferOutput<typeof RoomView>;
