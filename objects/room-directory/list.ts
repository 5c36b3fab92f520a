/**
 * Reading the list of rooms. A page by cursor, and a page of the newest under a tag, cost what they return whatever the
 * size of the list; an offset costs what it skips. A search looks at the newest `limits.listMatches` rooms that have
 * the words; another order under a tag, at the rooms that have it.
 */
import { type ListPosition, toCursor } from '../../shared/cursor.ts';
import { limits } from '../../shared/limits.ts';
import type { ListSort, RoomView } from '../../shared/room.ts';
import { matchesDigest } from '../credentials/digests.ts';
import type { Reader } from '../credentials/reader.ts';
import { matchOf } from '../storage/ngrams.ts';
import { everyRoom, type RoomRow, tagsOf } from './rooms.ts';

/** Which page of which list. */
export interface ListRequest {
  limit: number;
  offset: number;
  tag?: string | undefined;
  /** Words that title, about or tags must have, in any order. */
  q?: string | undefined;
  sort: ListSort;
  /** Where the page before ended. */
  after?: ListPosition | undefined;
}

/** A page, how many rooms the list has, and where it goes on. */
export interface ListPage {
  chats: RoomView[];
  total: number;
  next?: string;
}

type Found = RoomRow & { position: number };

const columnOf = { new: 'by_new', active: 'by_active', popular: 'by_popular' } as const satisfies Record<
  ListSort,
  string
>;

/** Before every room of every list. */
const beginning = { key: Number.MIN_SAFE_INTEGER, link: '' };

export class RoomList {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Reads a page, as `reader` may see it. */
  page(request: ListRequest, reader: Reader): ListPage {
    const match = request.q === undefined ? undefined : matchOf(request.q.split(/\s+/u));
    const more = { ...request, limit: request.limit + 1 };
    const found = match === undefined ? this.#inOrder(more) : this.#matching(more, match);
    const rows = found.slice(0, request.limit);
    const last = rows.at(-1);
    return {
      chats: rows.map((row) => toView(row, reader)),
      total: match === undefined ? this.#total(request.tag ?? everyRoom) : this.#countMatching(request, match),
      ...(last &&
        found.length > rows.length && { next: toCursor({ sort: request.sort, key: last.position, link: last.link }) }),
    };
  }

  #inOrder({ tag, sort, after, limit, offset }: ListRequest): Found[] {
    const column = columnOf[sort];
    const { key, link } = after ?? beginning;
    const within = pageWithin(tag, sort);
    return this.#sql
      .exec<Found>(
        `SELECT rooms.*, ${column} AS position FROM (
           SELECT id FROM ${within.rows} AND (${column}, link) > (?, ?) ORDER BY ${column}, link LIMIT ? OFFSET ?
         ) AS page JOIN rooms USING (id)`,
        ...within.bindings,
        key,
        link,
        limit,
        offset,
      )
      .toArray()
      .sort(inListOrder);
  }

  #matching({ tag, sort, after, limit, offset }: ListRequest, match: string): Found[] {
    const column = columnOf[sort];
    const { key, link } = after ?? beginning;
    return this.#sql
      .exec<Found>(
        `SELECT rooms.*, ${column} AS position FROM ${matches}
         WHERE ${hasTag} AND (${column}, link) > (?, ?) ORDER BY position, link LIMIT ? OFFSET ?`,
        match,
        limits.listMatches,
        tag ?? null,
        tag ?? null,
        key,
        link,
        limit,
        offset,
      )
      .toArray();
  }

  #countMatching({ tag }: ListRequest, match: string): number {
    const { total } = this.#sql
      .exec<{ total: number }>(
        `SELECT COUNT(*) AS total FROM ${matches} WHERE ${hasTag}`,
        match,
        limits.listMatches,
        tag ?? null,
        tag ?? null,
      )
      .one();
    return total;
  }

  #total(tag: string): number {
    const [row] = this.#sql.exec<{ rooms: number }>('SELECT rooms FROM totals WHERE tag = ?', tag).toArray();
    return row?.rooms ?? 0;
  }
}

/** Sorting a page again here is free; in SQL it would read every row once more. */
function inListOrder(one: Found, other: Found): number {
  return one.position - other.position || (one.link < other.link ? -1 : 1);
}

/** The newest rooms that match. */
const matches = `(SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?) AS matched
  JOIN rooms USING (id)`;

const hasTag = `(? IS NULL OR EXISTS (
  SELECT 1 FROM tagged WHERE tagged.tag = ? AND tagged.by_new = rooms.by_new AND tagged.link = rooms.link
))`;

/** The rows that a page is cut from, up to a further AND. */
function pageWithin(tag: string | undefined, sort: ListSort): { rows: string; bindings: SqlStorageValue[] } {
  if (tag === undefined) return { rows: 'rooms WHERE is_listed = 1', bindings: [] };
  if (sort === 'new') return { rows: 'tagged WHERE tag = ?', bindings: [tag] };
  return { rows: '(SELECT rooms.* FROM tagged JOIN rooms USING (id) WHERE tag = ?) WHERE TRUE', bindings: [tag] };
}

function toView(row: RoomRow, reader: Reader): RoomView {
  return {
    link: row.link,
    title: row.title,
    about: row.about,
    tags: tagsOf(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    participantCount: row.participant_count,
    isAdmin: reader.isOperator || isAdminOf(row, reader.token),
  };
}

function isAdminOf({ salt, admin_digest }: RoomRow, token: string | undefined): boolean {
  return token !== undefined && matchesDigest(salt, 'admin', token, admin_digest);
}
