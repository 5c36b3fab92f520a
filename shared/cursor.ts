/**
 * Cursors of the room list: the position after which the next page starts, opaque to clients, which send it as `after`.
 */
import * as v from 'valibot';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { ListSort } from './room.ts';

const ListPosition = v.object({
  /** Order of the list to which the position belongs. */
  sort: ListSort,
  /** Sort key of the last room of the page. */
  key: v.pipe(v.number(), v.safeInteger()),
  /** Link of that room, which orders rooms with equal keys. */
  link: v.pipe(v.string(), v.maxLength(64)),
});

/** A position in the room list. */
export type ListPosition = v.InferOutput<typeof ListPosition>;

/** Text of the failure for any string that is not a cursor of the requested list. */
export const invalidCursor = 'is not a cursor of this list';

export function encodeCursor(position: ListPosition): string {
  return encodeBase64url(JSON.stringify(position));
}

function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(decodeBase64url(cursor));
  } catch {
    return undefined;
  }
}

/** Schema that decodes a cursor to its position. */
export const Cursor = v.pipe(
  v.string(),
  v.check((cursor) => v.is(ListPosition, decodeCursor(cursor)), invalidCursor),
  v.transform((cursor): ListPosition => v.parse(ListPosition, decodeCursor(cursor))),
);
