/**
 * Export and import of stored rows: reads archived messages in batches and stores them with the ids and revs that they
 * have in the archive, without the counters of the log. The table `imports` holds the progress of an import.
 */
import type { ArchivedMessage, ArchivedRoom } from '../../../shared/archive.ts';
import { limits } from '../../../shared/limits.ts';
import type { ChatSettings, MemberStatus } from '../../../shared/moderation.ts';
import { randomSecret } from '../../credentials/digests.ts';
import type { Details } from './details.ts';
import type { MessageLog } from './message-log.ts';
import type { MessageRow } from './message-row.ts';
import type { Reactions } from './reactions.ts';

/** The progress of an unfinished import. */
export type PendingImport = {
  /** Random; distinguishes the import from a cancelled one. */
  key: string;
  /** The archive's first line, as JSON. */
  room: string;
  /** Number of messages stored so far, their highest id, and their highest `rev`. */
  messages: number;
  last_id: number;
  rev: number;
};

type Row = Omit<MessageRow, 'reactions'> & { client_id: string };

const columns =
  'id, rev, author_id, author_name, author_role, client_id, sent_digest, text, created_at, edited_at, deleted_at, deleted_by, reply_to, mentions';

function toArchived(row: Row, reactions: ArchivedMessage['reactions']): ArchivedMessage {
  return {
    type: 'message',
    id: row.id,
    rev: row.rev,
    author: { id: row.author_id, name: row.author_name, role: row.author_role as ArchivedMessage['author']['role'] },
    clientId: row.client_id,
    sentDigest: row.sent_digest,
    ...(row.deleted_at === null && { text: row.text }),
    createdAt: row.created_at,
    ...(row.edited_at !== null && { editedAt: row.edited_at }),
    ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
    ...(row.deleted_by !== null && { deletedBy: row.deleted_by as NonNullable<ArchivedMessage['deletedBy']> }),
    ...(row.reply_to !== null && { replyTo: row.reply_to }),
    ...(row.mentions !== '[]' && { mentions: JSON.parse(row.mentions) }),
    reactions,
  };
}

/** The first rows, up to the one with which their texts reach `limits.archive.batchLength`. */
function withinLength(rows: Row[]): Row[] {
  let length = 0;
  for (const [index, { text }] of rows.entries()) {
    length += text.length;
    if (length >= limits.archive.batchLength) return rows.slice(0, index + 1);
  }
  return rows;
}

export class Archive {
  readonly #sql: SqlStorage;
  readonly #log: MessageLog;
  readonly #reactions: Reactions;

  constructor(sql: SqlStorage, log: MessageLog, reactions: Reactions) {
    this.#sql = sql;
    this.#log = log;
    this.#reactions = reactions;
  }

  /** The first line of an archive. */
  room({ joinKeyDigest, ...details }: Details, chatSettings: ChatSettings, standings: MemberStatus[]): ArchivedRoom {
    const posted = this.#log.postedTotal();
    const position = this.#log.position();
    return {
      type: 'room',
      version: 1,
      ...details,
      ...(joinKeyDigest && { lock: joinKeyDigest }),
      ...position,
      posted,
      ...chatSettings,
      standings,
    };
  }

  /** The next batch of messages with ids above `after` up to `last`, by id; empty if there are no more. */
  messages(after: number, last: number): ArchivedMessage[] {
    const found = this.#sql
      .exec<Row>(
        `SELECT ${columns} FROM messages WHERE id > ? AND id <= ? ORDER BY id LIMIT ?`,
        after,
        last,
        limits.archive.batchMessages,
      )
      .toArray();
    const rows = withinLength(found);
    const reactions = this.#reactions.byMessage(rows[0]?.id ?? 0, rows.at(-1)?.id ?? 0);
    return rows.map((row) => toArchived(row, reactions.get(row.id) ?? []));
  }

  /**
   * Stores an archived message. Call in a transaction.
   * @returns false if another message has its id, its `rev` or its author and `clientId`; nothing is stored then
   */
  restore(message: ArchivedMessage): boolean {
    const { id, rev, author, text = '' } = message;
    const [conflict] = this.#sql
      .exec(
        'SELECT 1 FROM messages WHERE id = ? OR rev = ? OR (author_id = ? AND client_id = ?)',
        id,
        rev,
        author.id,
        message.clientId,
      )
      .toArray();
    if (conflict) return false;
    for (const { emoji, participant } of message.reactions) this.#reactions.set(id, emoji, participant, true);
    this.#sql.exec(
      `INSERT INTO messages (${columns}, reactions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      rev,
      author.id,
      author.name,
      author.role,
      message.clientId,
      message.sentDigest,
      text,
      message.createdAt,
      message.editedAt ?? null,
      message.deletedAt ?? null,
      message.deletedBy ?? null,
      message.replyTo ?? null,
      JSON.stringify(message.mentions ?? []),
      JSON.stringify(this.#reactions.summary(id)),
    );
    if (text !== '') this.#log.searchIndex.add(id, text);
    return true;
  }

  /** The unfinished import, if there is one. */
  pendingImport(): PendingImport | undefined {
    return this.#sql.exec<PendingImport>('SELECT key, room, messages, last_id, rev FROM imports').toArray()[0];
  }

  /** Starts an import unless one is unfinished. Call in a transaction. @returns the unfinished import */
  beginImport(room: ArchivedRoom): PendingImport {
    const statement = 'INSERT OR IGNORE INTO imports (id, key, room, messages, last_id, rev) VALUES (1, ?, ?, 0, 0, ?)';
    this.#sql.exec(statement, randomSecret(), JSON.stringify(room), room.rev);
    return this.pendingImport() as PendingImport;
  }

  saveImportProgress({ messages, last_id, rev }: PendingImport): void {
    this.#sql.exec('UPDATE imports SET messages = ?, last_id = ?, rev = ?', messages, last_id, rev);
  }

  /** Ends the import, because it is finished or cancelled. */
  endImport(): void {
    this.#sql.exec('DELETE FROM imports');
  }

  clear(): void {
    this.endImport();
  }
}
