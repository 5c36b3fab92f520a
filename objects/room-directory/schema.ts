/** The tables of the directory. Append only; docs/storage-schema.md describes them. Times are milliseconds since 1970. */
import type { Migration } from '../storage/migrations.ts';
import { ngramColumns } from '../storage/ngrams.ts';

export const migrations: readonly Migration[] = [
  `
  -- Lists are in descending order and, among equals, ascending by link: negative sort keys make both ascending.
  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    link TEXT NOT NULL UNIQUE,
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
    active_at INTEGER NOT NULL,
    participant_count INTEGER NOT NULL,
    is_listed INTEGER GENERATED ALWAYS AS (deleted_at IS NULL AND unlisted = 0) VIRTUAL,
    by_new INTEGER GENERATED ALWAYS AS (-created_at) VIRTUAL,
    by_active INTEGER GENERATED ALWAYS AS (-active_at) VIRTUAL,
    by_popular INTEGER GENERATED ALWAYS AS (-participant_count) VIRTUAL
  );
  CREATE INDEX rooms_new ON rooms (is_listed, by_new, link);
  CREATE INDEX rooms_active ON rooms (is_listed, by_active, link);
  CREATE INDEX rooms_popular ON rooms (is_listed, by_popular, link);
  CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;
  -- One row for each tag of a listed room.
  CREATE TABLE tagged (
    tag TEXT NOT NULL,
    by_new INTEGER NOT NULL,
    link TEXT NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (tag, by_new, link)
  ) WITHOUT ROWID;
  -- The number of listed rooms: by tag, and the total under the empty tag.
  CREATE TABLE totals (
    tag TEXT PRIMARY KEY,
    rooms INTEGER NOT NULL
  ) WITHOUT ROWID;
  -- The tokens of a listed room, under its id.
  CREATE VIRTUAL TABLE words USING fts5 (${ngramColumns}, content = '', contentless_delete = 1, detail = full);
  `,
  `
  ALTER TABLE rooms ADD COLUMN posted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rooms ADD COLUMN behind_since INTEGER;
  CREATE INDEX rooms_behind ON rooms (behind_since) WHERE behind_since IS NOT NULL;
  CREATE TABLE sums (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    rooms INTEGER NOT NULL,
    unlisted INTEGER NOT NULL,
    people INTEGER NOT NULL,
    posted INTEGER NOT NULL
  );
  INSERT INTO sums (id, rooms, unlisted, people, posted)
    SELECT 1, COUNT(*), COALESCE(SUM(unlisted), 0), COALESCE(SUM(participant_count), 0), 0
    FROM rooms WHERE deleted_at IS NULL;
  `,
];
