/** The tables of a user. Append only; docs/storage-schema.md describes them. Times are milliseconds since 1970. */
import type { Migration } from '../storage/migrations.ts';
import { outboxFailingSince, outboxTable } from '../storage/outbox-table.ts';

export const migrations: readonly Migration[] = [
  `
  CREATE TABLE claim (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    salt TEXT NOT NULL,
    first_call_digest TEXT,
    tries_left INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL
  );
  CREATE TABLE claim_tokens (
    token_digest TEXT PRIMARY KEY
  ) WITHOUT ROWID;
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    message_count INTEGER NOT NULL
  );
  CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    chat_id TEXT NOT NULL UNIQUE,
    timestamp INTEGER NOT NULL,
    message TEXT NOT NULL,
    role TEXT
  );
  CREATE INDEX entries_session ON entries (session, id);
  ${outboxTable}
  ${outboxFailingSince}
  `,
];
