/** The tables of the directory. Append only; docs/storage-schema.md describes them. Times are milliseconds. */
import type { Migration } from '../storage/migrations.ts';

export const migrations: readonly Migration[] = [
  `
  CREATE TABLE rooms (
    link TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    deleted_at INTEGER,
    title TEXT NOT NULL,
    about TEXT NOT NULL,
    tags TEXT NOT NULL,
    unlisted INTEGER NOT NULL,
    salt TEXT NOT NULL,
    admin_digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    participant_count INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;
  -- One row for each tag of a listed room, and one with the empty tag, which stands for the whole list.
  CREATE TABLE listings (
    tag TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    link TEXT NOT NULL,
    PRIMARY KEY (tag, created_at DESC, link)
  ) WITHOUT ROWID;
  CREATE TABLE totals (
    tag TEXT PRIMARY KEY,
    rooms INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
];
