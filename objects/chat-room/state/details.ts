/** The room's metadata and the digests of its secrets: the table `details`, one row for as long as the room exists. */
import type { RoomInfo } from '../../../shared/room.ts';
import { digest, matchesDigest, randomSecret } from '../../credentials/digests.ts';

/** The fields of a new room. */
export interface NewDetails {
  link: string;
  title: string;
  about: string;
  tags: string[];
  unlisted: boolean;
  adminToken: string;
  /** Makes the room private. */
  joinKey?: string | undefined;
  /** Days after which messages are removed; 0, the default, keeps them forever. */
  keepDays?: number | undefined;
}

/** The fields of a room to change; absent fields stay as they are. */
export interface DetailsChange {
  title?: string | undefined;
  about?: string | undefined;
  tags?: string[] | undefined;
  adminToken?: string | undefined;
  /** Makes the room private or changes its join key; null makes it public. */
  joinKey?: string | null | undefined;
  keepDays?: number | undefined;
}

/** Digest of a private room's join key. Each key gets a new salt, so that setting an old key again does not match. */
export interface JoinKeyDigest {
  salt: string;
  digest: string;
}

/** The row. */
export interface Details extends Omit<RoomInfo, 'participantCount'> {
  unlisted: boolean;
  /** Salt of the room's digests, except that of the join key. */
  salt: string;
  adminDigest: string;
  /** Undefined in a public room. */
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

export function matchesJoinKey({ salt, digest: expected }: JoinKeyDigest, key: string): boolean {
  return matchesDigest(salt, 'join', key, expected);
}

function digestJoinKey(key: string): JoinKeyDigest {
  const salt = randomSecret();
  return { salt, digest: digest(salt, 'join', key) };
}

/** The digest after a change. It stays the same if `key` is the current key. */
function nextJoinKeyDigest(
  current: JoinKeyDigest | undefined,
  key: string | null | undefined,
): JoinKeyDigest | undefined {
  if (key === null) return undefined;
  return key === undefined || (current && matchesJoinKey(current, key)) ? current : digestJoinKey(key);
}

export class DetailsTable {
  readonly #sql: SqlStorage;
  /** The row as last read; undefined until then, after a write, and after a failed transaction. */
  #cache: Details | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The row; undefined if there is no room. */
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

  /** Stores the details of an imported room. */
  restore(details: Details): void {
    this.#write(details);
  }

  /** Stores a change. `updatedAt` increases if `change` has metadata, even within one millisecond. */
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

  /** Whether `token` is the room's admin token. */
  isAdmin(details: Details, token: string): boolean {
    return matchesDigest(details.salt, 'admin', token, details.adminDigest);
  }

  clear(): void {
    this.invalidate();
    this.#sql.exec('DELETE FROM details');
  }

  /** Drops the cached row. Called after a failed transaction. */
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
