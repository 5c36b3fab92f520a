/**
 * The rows of the directory: the tables `rooms`, `listings` and `totals`. Every page is read from an index in list
 * order, and totals are kept rather than counted, so that the size of the list does not matter.
 */
import { limits } from '../../shared/limits.ts';
import type { RoomView } from '../../shared/room.ts';
import { matchesDigest } from '../storage/digests.ts';
import type { Reader } from '../storage/reader.ts';
import type { DirectoryUpdate, ListedRoom } from './update.ts';

/** Which page of which list. */
export interface ListRequest {
  limit: number;
  offset: number;
  tag?: string | undefined;
}

/** A page, newest first, and how many rooms the list has. */
export interface ListPage {
  chats: RoomView[];
  total: number;
}

type Row = {
  link: string;
  revision: number;
  deleted_at: number | null;
  title: string;
  about: string;
  tags: string;
  unlisted: number;
  salt: string;
  admin_digest: string;
  created_at: number;
  updated_at: number;
  participant_count: number;
};

/** The tag that no room can have: the list of all rooms. */
const everyRoom = '';

export class Listing {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Takes in the state of a room, unless a newer one is known. To be called in a transaction. */
  apply({ link, revision, room }: DirectoryUpdate, now: number): void {
    const [known] = this.#sql.exec<Row>('SELECT * FROM rooms WHERE link = ?', link).toArray();
    if (known && known.revision >= revision) return;
    const stays = known && room && isListedAlike(known, room);
    if (known && !stays) this.#unlist(known);
    this.#write(link, revision, room ?? gone(link), room ? null : now);
    if (room && !stays) this.#list(room);
  }

  /** A page of the list. An offset costs as many index rows as it skips. */
  page({ limit, offset, tag }: ListRequest, reader: Reader): ListPage {
    const list = tag ?? everyRoom;
    const rows = this.#sql.exec<Row>(
      `SELECT rooms.* FROM (
         SELECT created_at, link FROM listings WHERE tag = ? ORDER BY created_at DESC, link LIMIT ? OFFSET ?
       ) AS page JOIN rooms ON rooms.link = page.link ORDER BY page.created_at DESC, page.link`,
      list,
      limit,
      offset,
    );
    const chats = [...rows].map((row) => toView(row, reader.isOperator || isAdminOf(row, reader.token)));
    return { chats, total: this.#total(list) };
  }

  /** Forgets the rooms whose deletion is so old that no late update can still come. */
  forgetDeleted(now: number): void {
    this.#sql.exec('DELETE FROM rooms WHERE deleted_at <= ?', now - limits.tombstoneMs);
  }

  /** When the oldest deletion can be forgotten, in milliseconds. */
  nextDue(): number | undefined {
    const { oldest } = this.#sql
      .exec<{ oldest: number | null }>('SELECT MIN(deleted_at) AS oldest FROM rooms WHERE deleted_at IS NOT NULL')
      .one();
    return oldest === null ? undefined : oldest + limits.tombstoneMs;
  }

  #total(tag: string): number {
    const [row] = this.#sql.exec<{ rooms: number }>('SELECT rooms FROM totals WHERE tag = ?', tag).toArray();
    return row?.rooms ?? 0;
  }

  #list({ link, unlisted, tags, createdAt }: ListedRoom): void {
    if (unlisted) return;
    for (const tag of [everyRoom, ...tags]) {
      this.#sql.exec('INSERT INTO listings (tag, created_at, link) VALUES (?, ?, ?)', tag, createdAt, link);
      this.#sql.exec(
        'INSERT INTO totals (tag, rooms) VALUES (?, 1) ON CONFLICT (tag) DO UPDATE SET rooms = rooms + 1',
        tag,
      );
    }
  }

  #unlist({ link, unlisted, tags, created_at, deleted_at }: Row): void {
    if (unlisted || deleted_at !== null) return;
    for (const tag of [everyRoom, ...(JSON.parse(tags) as string[])]) {
      this.#sql.exec('DELETE FROM listings WHERE tag = ? AND created_at = ? AND link = ?', tag, created_at, link);
      this.#sql.exec('UPDATE totals SET rooms = rooms - 1 WHERE tag = ?', tag);
      this.#sql.exec('DELETE FROM totals WHERE tag = ? AND rooms <= 0', tag);
    }
  }

  #write(link: string, revision: number, room: ListedRoom, deletedAt: number | null): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO rooms (link, revision, deleted_at, title, about, tags, unlisted, salt, admin_digest,
         created_at, updated_at, participant_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      link,
      revision,
      deletedAt,
      room.title,
      room.about,
      JSON.stringify(room.tags),
      room.unlisted ? 1 : 0,
      room.salt,
      room.adminDigest,
      room.createdAt,
      room.updatedAt,
      room.participantCount,
    );
  }
}

/** What is left of a deleted room: its link and the revision, against late updates. */
function gone(link: string): ListedRoom {
  const nothing = { title: '', about: '', tags: [], unlisted: true, salt: '', adminDigest: '' };
  return { link, ...nothing, createdAt: 0, updatedAt: 0, participantCount: 0 };
}

/** Whether a room stands in the same lists at the same places as before. */
function isListedAlike(known: Row, room: ListedRoom): boolean {
  return (
    known.deleted_at === null &&
    known.created_at === room.createdAt &&
    Boolean(known.unlisted) === room.unlisted &&
    known.tags === JSON.stringify(room.tags)
  );
}

function isAdminOf({ salt, admin_digest }: Row, token: string | undefined): boolean {
  return token !== undefined && matchesDigest(salt, 'admin', token, admin_digest);
}

function toView(row: Row, isAdmin: boolean): RoomView {
  return {
    link: row.link,
    title: row.title,
    about: row.about,
    tags: JSON.parse(row.tags),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    participantCount: row.participant_count,
    isAdmin,
  };
}
