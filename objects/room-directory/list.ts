/**
 * Reads pages of the room list. The cost of a page by cursor, also of the newest rooms with a tag, depends on the size of
 * the page only; an offset also costs the rows that it skips. A search reads the newest `limits.search.rooms` rooms
 * that match; a tag in another order than the newest reads all rooms with that tag.
 */
import { encodeCursor, type ListPosition } from '../../shared/cursor.ts';
import { limits } from '../../shared/limits.ts';
import { cutPage } from '../../shared/pagination.ts';
import type { ListSort, RoomView } from '../../shared/room.ts';
import { matchesDigest } from '../credentials/digests.ts';
import type { ReadCredentials } from '../credentials/read-credentials.ts';
import { matchAllQuery } from '../storage/ngrams.ts';
import { totalTag } from './room-index.ts';
import { type RoomRow, tagsOf } from './room-row.ts';

export interface ListRequest {
  /** Maximum number of rooms. */
  limit: number;
  /** Number of rooms to skip. */
  offset: number;
  /** Lists only rooms with this tag. */
  tag?: string | undefined;
  /** Words; title, about and tags together must contain all of them. */
  q?: string | undefined;
  sort: ListSort;
  /** The position of the last room on the previous page. */
  after?: ListPosition | undefined;
}

export interface ListPage {
  chats: RoomView[];
  /** Number of rooms on all pages. */
  total: number;
  /** Cursor of the next page; absent on the last page. */
  next?: string;
}

/** `position` is the value of the column that the list is sorted by. */
type PositionedRow = RoomRow & { position: number };

const columnOf = { new: 'by_new', active: 'by_active', popular: 'by_popular' } as const satisfies Record<
  ListSort,
  string
>;

/** The position before the first room, in any order. */
const listStart = { key: Number.MIN_SAFE_INTEGER, link: '' };

export class RoomList {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Reads a page; `isAdmin` of each room depends on `credentials`. */
  page(request: ListRequest, credentials: ReadCredentials): ListPage {
    const match = request.q === undefined ? undefined : matchAllQuery(request.q.split(/\s+/u));
    const lookahead = { ...request, limit: request.limit + 1 };
    const found = match === undefined ? this.#orderedRows(lookahead) : this.#matchingRows(lookahead, match);
    const { rows, last } = cutPage(found, request.limit);
    return {
      chats: rows.map((row) => toView(row, credentials)),
      total: match === undefined ? this.#total(request.tag ?? totalTag) : this.#countMatching(request, match),
      ...(last && { next: encodeCursor({ sort: request.sort, key: last.position, link: last.link }) }),
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
        limits.search.rooms,
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
        limits.search.rooms,
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

/** The join does not keep the order of the page. Sorting it in SQL would read every row a second time. */
function compareListOrder(one: PositionedRow, other: PositionedRow): number {
  return one.position - other.position || (one.link < other.link ? -1 : 1);
}

/** The newest rooms that match; its parameters are an FTS5 query and a limit. */
const matchingRooms = `(SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?) AS matched
  JOIN rooms USING (id)`;

/** Its parameters are twice the tag; NULL accepts every room. */
const hasTag = `(? IS NULL OR EXISTS (
  SELECT 1 FROM tagged WHERE tagged.tag = ? AND tagged.by_new = rooms.by_new AND tagged.link = rooms.link
))`;

/** The FROM and WHERE clauses of a list, to be continued with AND, and their parameters. */
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
