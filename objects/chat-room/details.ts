/** The room's metadata and the digest of its admin token: the table `details`, one row for as long as the room exists. */
import type { RoomInfo } from '../../shared/room.ts';
import { digest, matchesDigest, randomSecret } from '../credentials/digests.ts';

/** What a room is made of. */
export interface NewDetails {
  link: string;
  title: string;
  about: string;
  tags: string[];
  unlisted: boolean;
  adminToken: string;
}

/** What may change about a room; absent fields stay. */
export interface DetailsChange {
  title?: string | undefined;
  about?: string | undefined;
  tags?: string[] | undefined;
  adminToken?: string | undefined;
}

/** Everything the row holds. */
export interface Details extends Omit<RoomInfo, 'participantCount'> {
  unlisted: boolean;
  /** Of every digest in this room. */
  salt: string;
  adminDigest: string;
}

type Row = {
  link: string;
  title: string;
  about: string;
  tags: string;
  unlisted: number;
  salt: string;
  admin_digest: string;
  created_at: number;
  updated_at: number;
};

export class DetailsTable {
  readonly #sql: SqlStorage;
  /** The row as last read or written; what a transaction takes back must be forgotten. */
  #known: Details | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The row, or undefined where there is no room. */
  read(): Details | undefined {
    if (this.#known) return this.#known;
    const [row] = this.#sql.exec<Row>('SELECT * FROM details').toArray();
    if (!row) return undefined;
    this.#known = {
      link: row.link,
      title: row.title,
      about: row.about,
      tags: JSON.parse(row.tags),
      unlisted: row.unlisted === 1,
      salt: row.salt,
      adminDigest: row.admin_digest,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
    return this.#known;
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
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Merges `change` in. `updatedAt` moves forward when metadata changed, even within one millisecond. */
  update(details: Details, change: DetailsChange, now: number): void {
    const { adminToken, ...metadata } = change;
    const changed = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
    const moved = Object.keys(changed).length > 0;
    this.#write({
      ...details,
      ...changed,
      ...(adminToken && { adminDigest: digest(details.salt, 'admin', adminToken) }),
      updatedAt: moved ? Math.max(now, details.updatedAt + 1) : details.updatedAt,
    });
  }

  /** Whether `token` is the admin's of this room. */
  isAdmin(details: Details, token: string): boolean {
    return matchesDigest(details.salt, 'admin', token, details.adminDigest);
  }

  erase(): void {
    this.forget();
    this.#sql.exec('DELETE FROM details');
  }

  /** Forgets what was read or written, after a transaction failed. */
  forget(): void {
    this.#known = undefined;
  }

  #write(details: Details): void {
    this.#known = undefined;
    this.#sql.exec(
      'INSERT OR REPLACE INTO details (id, link, title, about, tags, unlisted, salt, admin_digest, created_at, updated_at) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      details.link,
      details.title,
      details.about,
      JSON.stringify(details.tags),
      details.unlisted ? 1 : 0,
      details.salt,
      details.adminDigest,
      details.createdAt,
      details.updatedAt,
    );
  }
}
