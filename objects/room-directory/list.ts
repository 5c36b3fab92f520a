/**
 * Reading the list of rooms. A page by cursor, and a page of the newest under a tag, cost what they return whatever the
 * size of the list; an offset costs what it skips. A search looks at the newest `limits.listMatches` rooms that have
 * the words; another order under a tag, at the rooms that have it.
 */
import { encodeCursor, type ListPosition } from '../../shared/cursor.ts';
import { limits } from '../../shared/limits.ts';
import type { ListSort, RoomView } from '../../shared/room.ts';
import { matchesDigest } from '../credentials/digests.ts';
import type { ReadCredentials } from '../credentials/read-credentials.ts';
import { matchAllQuery } from '../storage/ngrams.ts';
import { type RoomRow, tagsOf, totalTag } from './room-index.ts';

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

type PositionedRow = RoomRow & { position: number };

const columnOf = { new: 'by_new', active: 'by_active', popular: 'by_popular' } as const satisfies Record<
  ListSort,
  string
>;

/** Before every room of every list. */
const listStart = { key: Number.MIN_SAFE_INTEGER, link: '' };

export class RoomList {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Reads a page, as `reader` may see it. */
  page(request: ListRequest, credentials: ReadCredentials): ListPage {
    const match = request.q === undefined ? undefined : matchAllQuery(request.q.split(/\s+/u));
    const lookahead = { ...request, limit: request.limit + 1 };
    const found = match === undefined ? this.#orderedRows(lookahead) : this.#matchingRows(lookahead, match);
    const rows = found.slice(0, request.limit);
    const last = rows.at(-1);
    return {
      chats: rows.map((row) => toView(row, credentials)),
      total: match === undefined ? this.#total(request.tag ?? totalTag) : this.#countMatching(request, match),
      ...(last &&
        found.length > rows.length && {
          next: encodeCursor({ sort: request.sort, key: last.position, link: last.link }),
        }),
    };
  }

  #orderedRows({ tag, sort, after, limit, offset }: ListRequest): PositionedRow[] {
    const column = columnOf[sort];
    const { key, link } = after ?? listStart;
    const source = listSource(tag, sort);
    return this.#sql
      .exec<PositionedRow>(
        `SELECT rooms.*, ${column} AS position FROM (
           SELECT id FROM ${source.rows} AND (${column}, link) > (?, ?) ORDER BY ${column}, link LIMIT ? OFFSET ?
         ) AS page JOIN rooms USING (id)`,
        ...source.bindings,
        key,
        link,
        limit,
        offset,
      )
      .toArray()
      .sort(compareListOrder);
  }

  #matchingRows({ tag, sort, after, limit, offset }: ListRequest, match: string): PositionedRow[] {
    const column = columnOf[sort];
    const { key, link } = after ?? listStart;
    return this.#sql
      .exec<PositionedRow>(
        `SELECT rooms.*, ${column} AS position FROM ${matchingRooms}
         WHERE ${hasTag} AND (${column}, link) > (?, ?) ORDER BY position, link LIMIT ? OFFSET ?`,
        match,
        limits.listSearchRooms,
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
        `SELECT COUNT(*) AS total FROM ${matchingRooms} WHERE ${hasTag}`,
        match,
        limits.listSearchRooms,
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
function compareListOrder(one: PositionedRow, other: PositionedRow): number {
  return one.position - other.position || (one.link < other.link ? -1 : 1);
}

/** The newest rooms that match. */
const matchingRooms = `(SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?) AS matched
  JOIN rooms USING (id)`;

const hasTag = `(? IS NULL OR EXISTS (
  SELECT 1 FROM tagged WHERE tagged.tag = ? AND tagged.by_new = rooms.by_new AND tagged.link = rooms.link
))`;

/** The rows that a page is cut from, up to a further AND. */
function listSource(tag: string | undefined, sort: ListSort): { rows: string; bindings: SqlStorageValue[] } {
  if (tag === undefined) return { rows: 'rooms WHERE is_listed = 1', bindings: [] };
  if (sort === 'new') return { rows: 'tagged WHERE tag = ?', bindings: [tag] };
  return { rows: '(SELECT rooms.* FROM tagged JOIN rooms USING (id) WHERE tag = ?) WHERE TRUE', bindings: [tag] };
}

function toView(row: RoomRow, credentials: ReadCredentials): RoomView {
  return {
    link: row.link,
    title: row.title,
    about: row.about,
    tags: tagsOf(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    participantCount: row.participant_count,
    isAdmin: credentials.isOperator || isAdminOf(row, credentials.token),
  };
}

function isAdminOf({ salt, admin_digest }: RoomRow, token: string | undefined): boolean {
  return token !== undefined && matchesDigest(salt, 'admin', token, admin_digest);
}
