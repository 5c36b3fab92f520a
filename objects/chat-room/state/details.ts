/** The room's metadata and the digest of its admin token: the table `details`, one row for as long as the room exists. */
import type { RoomInfo } from '../../../shared/room.ts';
import { digest, matchesDigest, randomSecret } from '../../credentials/digests.ts';

/** What a room is made of. */
export interface NewDetails {
  link: string;
  title: string;
  about: string;
  tags: string[];
  unlisted: boolean;
  adminToken: string;
  /** Makes the room private. */
  joinKey?: string | undefined;
  /** For how many days messages are kept; 0 is for ever. */
  keepDays?: number | undefined;
}

/** What may change about a room; absent fields stay. */
export interface DetailsChange {
  title?: string | undefined;
  about?: string | undefined;
  tags?: string[] | undefined;
  adminToken?: string | undefined;
  /** Makes the room private, or changes its key; null opens it to everyone. */
  joinKey?: string | null | undefined;
  keepDays?: number | undefined;
}

/** The join key of a private room, under a salt made anew with each key: the same key set later is another lock. */
export interface JoinKeyDigest {
  salt: string;
  digest: string;
}

/** Everything the row holds. */
export interface Details extends Omit<RoomInfo, 'participantCount'> {
  unlisted: boolean;
  /** Of every digest in this room. */
  salt: string;
  adminDigest: string;
  /** Of a private room. */
  joinKeyDigest: JoinKeyDigest | undefined;
  keepDays: number;
}

type Row = {
  link: string;
  title: string;
  about: string;
  tags: string;
  unlisted: number;
  salt: string;
  admin_digest: string;
  join_salt: string | null;
  join_digest: string | null;
  keep_days: number;
  created_at: number;
  updated_at: number;
};

/** Whether a key opens a lock. */
export function matchesJoinKey({ salt, digest: expected }: JoinKeyDigest, key: string): boolean {
  return matchesDigest(salt, 'join', key, expected);
}

function digestJoinKey(key: string): JoinKeyDigest {
  const salt = randomSecret();
  return { salt, digest: digest(salt, 'join', key) };
}

/** The lock after a change; a key that is the key already changes nothing. */
function nextJoinKeyDigest(
  current: JoinKeyDigest | undefined,
  key: string | null | undefined,
): JoinKeyDigest | undefined {
  if (key === null) return undefined;
  return key === undefined || (current && matchesJoinKey(current, key)) ? current : digestJoinKey(key);
}

export class DetailsTable {
  readonly #sql: SqlStorage;
  /** The row as last read or written; what a transaction takes back must be forgotten. */
  #cache: Details | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The row, or undefined where there is no room. */
  read(): Details | undefined {
    if (this.#cache) return this.#cache;
    const [row] = this.#sql.exec<Row>('SELECT * FROM details').toArray();
    if (!row) return undefined;
    this.#cache = {
      link: row.link,
      title: row.title,
      about: row.about,
      tags: JSON.parse(row.tags),
      unlisted: row.unlisted === 1,
      salt: row.salt,
      adminDigest: row.admin_digest,
      joinKeyDigest:
        row.join_salt === null || row.join_digest === null
          ? undefined
          : { salt: row.join_salt, digest: row.join_digest },
      keepDays: row.keep_days,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
    return this.#cache;
  }

  create(room: NewDetails, now: number): void {
    const salt = randomSecret();
    this.#write({
      link: room.link,
      title: room.title,
      about: room.about,
      tags: room.tags,
      unlisted: room.unlisted,
      salt,
      adminDigest: digest(salt, 'admin', room.adminToken),
      joinKeyDigest: nextJoinKeyDigest(undefined, room.joinKey),
      keepDays: room.keepDays ?? 0,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Puts a room down as it was elsewhere. */
  restore(details: Details): void {
    this.#write(details);
  }

  /** Merges `change` in. `updatedAt` moves forward when metadata changed, even within one millisecond. */
  update(details: Details, change: DetailsChange, now: number): void {
    const { adminToken, joinKey, keepDays = details.keepDays, ...metadata } = change;
    const changed = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
    const hasMetadataChanged = Object.keys(changed).length > 0;
    this.#write({
      ...details,
      ...changed,
      ...(adminToken && { adminDigest: digest(details.salt, 'admin', adminToken) }),
      joinKeyDigest: nextJoinKeyDigest(details.joinKeyDigest, joinKey),
      keepDays,
      updatedAt: hasMetadataChanged ? Math.max(now, details.updatedAt + 1) : details.updatedAt,
    });
  }

  /** Whether `token` is the admin's of this room. */
  isAdmin(details: Details, token: string): boolean {
    return matchesDigest(details.salt, 'admin', token, details.adminDigest);
  }

  clear(): void {
    this.invalidate();
    this.#sql.exec('DELETE FROM details');
  }

  /** Forgets what was read or written, after a transaction failed. */
  invalidate(): void {
    this.#cache = undefined;
  }

  #write(details: Details): void {
    this.#cache = undefined;
    this.#sql.exec(
      `INSERT OR REPLACE INTO details (id, link, title, about, tags, unlisted, salt, admin_digest, join_salt, join_digest,
         keep_days, created_at, updated_at)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      details.link,
      details.title,
      details.about,
      JSON.stringify(details.tags),
      details.unlisted ? 1 : 0,
      details.salt,
      details.adminDigest,
      details.joinKeyDigest?.salt ?? null,
      details.joinKeyDigest?.digest ?? null,
      details.keepDays,
      details.createdAt,
      details.updatedAt,
    );
  }
}
