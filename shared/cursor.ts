/** Where a page of the list ended: opaque to callers, who send it back as `after`. */
import * as v from 'valibot';
import { ListSort } from './room.ts';

const ListPosition = v.object({
  /** The order of the list that it is a place in. */
  sort: ListSort,
  /** What the list is sorted by: what comes after it is the next page. */
  key: v.pipe(v.number(), v.safeInteger()),
  /** Tells equals apart. */
  link: v.pipe(v.string(), v.maxLength(64)),
});

/** A place in a list. */
export type ListPosition = v.InferOutput<typeof ListPosition>;

/** What is said of a cursor that no page of this list has given. */
export const invalidCursor = 'is not a cursor of this list';

/** Writes a position as a cursor. */
export function encodeCursor(position: ListPosition): string {
  return btoa(JSON.stringify(position)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
}

/** A cursor of the list; anything else is refused. */
export const Cursor = v.pipe(
  v.string(),
  v.check((cursor) => v.is(ListPosition, decodeCursor(cursor)), invalidCursor),
  v.transform((cursor): ListPosition => v.parse(ListPosition, decodeCursor(cursor))),
);
