/** Where a page of the list ended: opaque to callers, who send it back as `after`. */
import * as v from 'valibot';

/** The key by which the list is sorted and, among equals, the link: what comes after it is the next page. */
export type ListPosition = readonly [key: number, link: string];

const Position = v.strictTuple([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.maxLength(64))]);

/** Writes a position as a cursor. */
export function toCursor(position: ListPosition): string {
  return btoa(JSON.stringify(position)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromCursor(cursor: string): unknown {
  try {
    return JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
}

/** A cursor of the list; anything else is refused. */
export const Cursor = v.pipe(
  v.string(),
  v.check((cursor) => v.is(Position, fromCursor(cursor)), 'is not a cursor of this list'),
  v.transform((cursor): ListPosition => v.parse(Position, fromCursor(cursor))),
);
