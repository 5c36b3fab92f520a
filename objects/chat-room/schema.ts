/** Migrations of a room's database, append-only. Times are milliseconds. docs/storage-schema.md describes the tables. */
import type { Migration } from '../storage/migrations.ts';
import { ngramColumns } from '../storage/ngrams.ts';
import { outboxFailingSince, outboxTable } from '../storage/outbox-table.ts';

export const migrations: readonly Migration[] = [
  `
  CREATE TABLE details (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    link TEXT NOT NULL,
    title TEXT NOT NULL,
    about TEXT NOT NULL,
    tags TEXT NOT NULL,
    unlisted INTEGER NOT NULL,
    salt TEXT NOT NULL,
    admin_digest TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  );
  CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    rev INTEGER NOT NULL,
    floor INTEGER NOT NULL
  );
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    rev INTEGER NOT NULL UNIQUE,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    author_role TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sent_digest TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER,
    reply_to INTEGER,
    UNIQUE (author_id, client_id)
  );
  CREATE TABLE leases (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    participant_id TEXT,
    name TEXT,
    role TEXT,
    named_at INTEGER NOT NULL,
    address TEXT NOT NULL,
    until INTEGER NOT NULL
  );
  CREATE INDEX leases_until ON leases (until);
  CREATE INDEX leases_address ON leases (address) WHERE participant_id IS NULL;
  ${outboxTable}
  `,
  `
  ALTER TABLE log ADD COLUMN posted INTEGER NOT NULL DEFAULT 0;
  UPDATE log SET posted = (SELECT COUNT(*) FROM messages);
  ${outboxFailingSince}
  `,
  `
  ALTER TABLE messages ADD COLUMN deleted_by TEXT;
  -- The public view of the reactions, as JSON.
  ALTER TABLE messages ADD COLUMN reactions TEXT NOT NULL DEFAULT '[]';
  CREATE INDEX messages_author ON messages (author_id, id);
  CREATE TABLE reactions (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    participant_id TEXT NOT NULL,
    UNIQUE (message_id, emoji, participant_id)
  );
  CREATE INDEX reactions_participant ON reactions (participant_id, message_id);
  CREATE INDEX reactions_kind ON reactions (message_id, emoji, id);
  `,
  `
  CREATE TABLE standings (
    participant_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    is_moderator INTEGER NOT NULL,
    muted_until INTEGER,
    mute_reason TEXT,
    banned_until INTEGER,
    ban_reason TEXT
  ) WITHOUT ROWID;
  CREATE TABLE banned_addresses (
    address TEXT NOT NULL,
    participant_id TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (address, participant_id)
  ) WITHOUT ROWID;
  CREATE TABLE moderation_log (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    moderator_id TEXT NOT NULL,
    moderator_name TEXT NOT NULL,
    target_id TEXT,
    target_name TEXT,
    message_id INTEGER,
    seconds INTEGER,
    reason TEXT
  );
  CREATE INDEX moderation_log_message ON moderation_log (message_id) WHERE message_id IS NOT NULL;
  CREATE INDEX moderation_log_target ON moderation_log (target_id) WHERE target_id IS NOT NULL;
  CREATE INDEX moderation_log_moderator ON moderation_log (moderator_id);
  CREATE TABLE conduct (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    locked INTEGER NOT NULL,
    slow_seconds INTEGER NOT NULL
  );
  `,
  `
  -- The tokens of each message that is not a tombstone, under its id.
  CREATE VIRTUAL TABLE words USING fts5 (${ngramColumns}, content = '', contentless_delete = 1, detail = column);
  -- Messages below that id are not indexed yet. SQL cannot compute their tokens, so searches add them in batches.
  CREATE TABLE unindexed (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    below INTEGER NOT NULL
  );
  INSERT INTO unindexed (id, below) SELECT 1, MAX(id) + 1 FROM messages HAVING COUNT(*) > 0;
  `,
  `
  -- Both NULL if the room is not private.
  ALTER TABLE details ADD COLUMN join_salt TEXT;
  ALTER TABLE details ADD COLUMN join_digest TEXT;
  `,
  `
  -- 0: forever.
  ALTER TABLE details ADD COLUMN keep_days INTEGER NOT NULL DEFAULT 0;
  -- When the newest message that retention has removed was posted.
  ALTER TABLE log ADD COLUMN gone_posted_at INTEGER;
  `,
  `
  -- The erasure queue: messages from which a participant is still to be erased, as the author or from the reactions.
  CREATE TABLE erasing (
    participant_id TEXT NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (participant_id, message_id)
  ) WITHOUT ROWID;
  `,
  `
  -- The last activity; empty if inactive rooms are kept forever.
  CREATE TABLE touched (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
  );
  `,
  `
  -- As JSON.
  ALTER TABLE messages ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]';
  CREATE TABLE marks (
    participant_id TEXT PRIMARY KEY,
    message_id INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- An import in progress: the room does not exist before it has ended.
  CREATE TABLE imports (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key TEXT NOT NULL,
    room TEXT NOT NULL,
    messages INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    rev INTEGER NOT NULL
  );
  `,
];
