/** The index of all rooms: the tables `rooms`, `tagged`, `totals` and `words`, maintained from the updates of the rooms. */
import { limits } from '../../shared/limits.ts';
import { ngramsOf } from '../storage/ngrams.ts';
import { type RoomRow, tagsOf } from './room-row.ts';
import { StatsTable } from './stats.ts';
import type { DirectoryUpdate, ListedRoom } from './update.ts';

/** The rooms whose KV key is out of date because writing or deleting it fails. */
export type ReplicationLag = {
  rooms: number;
  /** Since when the first of them has failed, in milliseconds since 1970; null without such rooms. */
  since: number | null;
};

/** The key in `totals` for all listed rooms; no room can have an empty tag. */
export const totalTag = '';

export class RoomIndex {
  readonly stats: StatsTable;
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.stats = new StatsTable(sql);
  }

  /** Stores the state of a room unless a newer revision is stored. Call it in a transaction. */
  apply(update: DirectoryUpdate, now: number): void {
    const previous = this.#row(update.link);
    if (previous && previous.revision >= update.revision) return;
    const current = this.#write(update, now);
    this.stats.apply(previous, current);
    if (isListingUnchanged(previous, current)) return;
    if (previous) this.#unlist(previous);
    this.#list(current);
  }

  /** Counts the rooms whose KV key is out of date. Reads only those rows. */
  replicationLag(): ReplicationLag {
    return this.#sql
      .exec<ReplicationLag>(
        'SELECT COUNT(*) AS rooms, MIN(behind_since) AS since FROM rooms WHERE behind_since IS NOT NULL',
      )
      .one();
  }

  /** Deletes the rows of rooms that were deleted so long ago that no late update can arrive, and whose KV key is deleted. */
  purgeDeleted(now: number): void {
    this.#sql.exec('DELETE FROM rooms WHERE deleted_at <= ? AND behind_since IS NULL', now - limits.room.deletedMs);
  }

  /** When the next row can be purged, in milliseconds since 1970; undefined without deleted rooms. */
  nextDue(): number | undefined {
    const { oldest } = this.#sql
      .exec<{ oldest: number | null }>(
        'SELECT MIN(deleted_at) AS oldest FROM rooms WHERE deleted_at IS NOT NULL AND behind_since IS NULL',
      )
      .one();
    return oldest === null ? undefined : oldest + limits.room.deletedMs;
  }

  #row(link: string): RoomRow | undefined {
    return this.#sql.exec<RoomRow>('SELECT * FROM rooms WHERE link = ?', link).toArray()[0];
  }

  #list(row: RoomRow): void {
    if (!row.is_listed) return;
    this.#sql.exec('INSERT INTO words (rowid, singles, pairs) VALUES (?, ?, ?)', row.id, ...ngramsOf(textOf(row)));
    for (const tag of tagsOf(row)) {
      this.#sql.exec(
        'INSERT INTO tagged (tag, by_new, link, id) VALUES (?, ?, ?, ?)',
        tag,
        -row.created_at,
        row.link,
        row.id,
      );
    }
    for (const tag of [totalTag, ...tagsOf(row)]) {
      this.#sql.exec(
        'INSERT INTO totals (tag, rooms) VALUES (?, 1) ON CONFLICT (tag) DO UPDATE SET rooms = rooms + 1',
        tag,
      );
    }
  }

  #unlist(row: RoomRow): void {
    if (!row.is_listed) return;
    this.#sql.exec('DELETE FROM words WHERE rowid = ?', row.id);
    for (const tag of tagsOf(row)) {
      this.#sql.exec('DELETE FROM tagged WHERE tag = ? AND by_new = ? AND link = ?', tag, -row.created_at, row.link);
    }
    for (const tag of [totalTag, ...tagsOf(row)]) {
      this.#sql.exec('UPDATE totals SET rooms = rooms - 1 WHERE tag = ?', tag);
      this.#sql.exec('DELETE FROM totals WHERE tag = ? AND rooms <= 0', tag);
    }
  }

  #write({ link, revision, room, behindSince }: DirectoryUpdate, now: number): RoomRow {
    const state = room ?? deletedRoom;
    this.#sql.exec(
      `INSERT INTO rooms (link, revision, deleted_at, title, about, tags, unlisted, salt, admin_digest, created_at,
         updated_at, active_at, participant_count, posted, behind_since)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (link) DO UPDATE SET revision = excluded.revision, deleted_at = excluded.deleted_at,
         title = excluded.title, about = excluded.about, tags = excluded.tags, unlisted = excluded.unlisted,
         salt = excluded.salt, admin_digest = excluded.admin_digest, created_at = excluded.created_at,
         updated_at = excluded.updated_at, active_at = excluded.active_at,
         participant_count = excluded.participant_count, posted = excluded.posted,
         behind_since = excluded.behind_since`,
      link,
      revision,
      room ? null : now,
      state.title,
      state.about,
      JSON.stringify(state.tags),
      state.unlisted ? 1 : 0,
      state.salt,
      state.adminDigest,
      state.createdAt,
      state.updatedAt,
      state.activeAt,
      state.participantCount,
      state.posted,
      behindSince,
    );
    return this.#sql.exec<RoomRow>('SELECT * FROM rooms WHERE link = ?', link).one();
  }
}

/** The columns of a deleted room. Its link and revision stay, so that late updates are ignored. */
const deletedRoom: Omit<ListedRoom, 'link'> = {
  title: '',
  about: '',
  tags: [],
  unlisted: true,
  salt: '',
  adminDigest: '',
  createdAt: 0,
  updatedAt: 0,
  activeAt: 0,
  participantCount: 0,
  posted: 0,
};

/** The text that the search parameter `q` matches. */
function textOf({ title, about, tags }: RoomRow): string {
  return [title, about, ...tagsOf({ tags })].join('\n');
}

/** Whether a room is in the same lists, at the same positions and with the same words as before. */
function isListingUnchanged(before: RoomRow | undefined, after: RoomRow): boolean {
  return (
    before?.is_listed === after.is_listed &&
    before.created_at === after.created_at &&
    textOf(before) === textOf(after) &&
    before.tags === after.tags
  );
}
