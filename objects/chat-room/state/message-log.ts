/**
 * The room's log: the tables `messages` and `log`. Every change takes the next `rev` in the transaction that stores it,
 * so the numbers have no gap, and `append` is the one way a message comes to be.
 */

import { fail, ok, type Result } from '../../../shared/failures.ts';
import { countBytes, limits } from '../../../shared/limits.ts';
import type { DeletedBy, LogPosition, Mention, Message, MessagePage, Reaction } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import { digest, randomSecret } from '../../credentials/digests.ts';
import { type MessageRow, messageColumns, toMessage } from './message-row.ts';
import { SearchIndex } from './search-index.ts';

/** A message on its way into the log. */
export interface Draft {
  clientId: string;
  text: string;
  replyTo?: number | undefined;
  /** Who is mentioned in the text. */
  mentions?: readonly Mention[];
}

/** What became of a draft: the message, and whether it was there already. */
export interface AppendResult {
  message: Message;
  duplicate: boolean;
}

/** Which page of the log; the newest without `before`, `after` and `around`. */
export interface PageRequest {
  before?: number | undefined;
  after?: number | undefined;
  around?: number | undefined;
  limit: number;
}

export class MessageLog {
  /** Goes with every change of a text. */
  readonly searchIndex: SearchIndex;
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.searchIndex = new SearchIndex(sql, this);
  }

  /** Starts the log of a new room, under an epoch that no other room, nor an earlier one of this link, ever had. */
  initialize({ rev, floor, posted } = { rev: 0, floor: 1, posted: 0 }): void {
    const statement = 'INSERT INTO log (id, epoch, rev, floor, posted) VALUES (1, ?, ?, ?, ?)';
    this.#sql.exec(statement, randomSecret(), rev, floor, posted);
  }

  /** Where the log stands. */
  position(): LogPosition {
    return this.#sql.exec<LogPosition & Record<string, SqlStorageValue>>('SELECT epoch, rev, floor FROM log').one();
  }

  /**
   * Appends a draft, or finds what the same author appended with the same `clientId`. To be called in a transaction.
   * @returns `client_id_reused` (409) when that was another text; `message_not_found` (404) for a reply to nothing
   */
  append(author: Participant, draft: Draft, salt: string, now: number): Result<AppendResult> {
    const sentDigest = digest(salt, 'message', JSON.stringify([draft.text, draft.replyTo ?? null]));
    const [earlier] = this.#select('WHERE author_id = ? AND client_id = ?', author.id, draft.clientId);
    if (earlier) {
      if (earlier.sent_digest !== sentDigest) return fail('client_id_reused');
      return ok({ message: toMessage(earlier), duplicate: true });
    }
    if (draft.replyTo !== undefined && !this.has(draft.replyTo)) return fail('message_not_found');
    const rev = this.#nextRev();
    this.#sql.exec('UPDATE log SET posted = posted + 1');
    const row = this.#sql
      .exec<MessageRow>(
        `INSERT INTO messages (id, rev, author_id, author_name, author_role, client_id, sent_digest, text, mentions, created_at, reply_to)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${messageColumns}`,
        rev,
        rev,
        author.id,
        author.name,
        author.role,
        draft.clientId,
        sentDigest,
        draft.text,
        JSON.stringify(draft.mentions ?? []),
        now,
        draft.replyTo ?? null,
      )
      .one();
    this.searchIndex.add(rev, draft.text);
    return ok({ message: toMessage(row), duplicate: false });
  }

  /** A message, if only its tombstone. */
  find(id: number): Message | undefined {
    return this.#select('WHERE id = ?', id).map(toMessage)[0];
  }

  /** The newest message of somebody, if only its tombstone. */
  latestBy(authorId: string): Message | undefined {
    return this.#select('WHERE author_id = ? ORDER BY id DESC LIMIT 1', authorId).map(toMessage)[0];
  }

  /** Gives a message another text. To be called in a transaction, as all changes. */
  edit(id: number, text: string, mentions: readonly Mention[], now: number): Message {
    this.searchIndex.update(id, text);
    return this.#update(id, 'text = ?, mentions = ?, edited_at = ?', text, JSON.stringify(mentions), now);
  }

  /** Leaves a tombstone of a message: its place and its author, without a word. */
  markDeleted(id: number, by: DeletedBy, now: number): Message {
    this.searchIndex.remove(id);
    return this.#update(id, "text = '', reactions = '[]', mentions = '[]', deleted_at = ?, deleted_by = ?", now, by);
  }

  /** Leaves a tombstone of a message under another name; one that is there already keeps when and by whom it was made. */
  anonymize(id: number, authorName: string, now: number): Message {
    this.searchIndex.remove(id);
    return this.#update(
      id,
      `text = '', reactions = '[]', mentions = '[]', author_name = ?, deleted_at = COALESCE(deleted_at, ?),
         deleted_by = COALESCE(deleted_by, 'author')`,
      authorName,
      now,
    );
  }

  /** Puts down what everyone sees of the reactions to a message. */
  setReactions(id: number, reactions: readonly Reaction[]): Message {
    return this.#update(id, 'reactions = ?', JSON.stringify(reactions));
  }

  /** Who has written the newest messages, each under the name they had last. */
  recentAuthors(): Participant[] {
    const authors = new Map<string, Participant>();
    for (const { author } of this.#select('ORDER BY id DESC LIMIT ?', limits.mentionableAuthors).map(toMessage)) {
      if (!authors.has(author.id)) authors.set(author.id, author);
    }
    return [...authors.values()];
  }

  /** How many messages of others follow one; no more are counted than `limits.unreadCounted`. */
  countAfter(id: number, readerId: string): number {
    return this.#sql
      .exec<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (
           SELECT 1 FROM (SELECT author_id, deleted_at FROM messages WHERE id > ? ORDER BY id DESC LIMIT ?)
           WHERE author_id <> ? AND deleted_at IS NULL LIMIT ?)`,
        id,
        limits.unreadScanMessages,
        readerId,
        limits.unreadCountMax,
      )
      .one().count;
  }

  /** How many messages were ever posted here, those that are gone among them. */
  postedTotal(): number {
    return this.#sql.exec<{ posted: number }>('SELECT posted FROM log').one().posted;
  }

  /** When a message was last posted, in milliseconds, if only one that is gone; undefined where there was none. */
  lastPostedAt(): number | undefined {
    const { at } = this.#sql
      .exec<{ at: number | null }>(
        'SELECT COALESCE((SELECT created_at FROM messages ORDER BY id DESC LIMIT 1), gone_posted_at) AS at FROM log',
      )
      .one();
    return at ?? undefined;
  }

  /** When the oldest message that is kept was posted, in milliseconds; undefined where there is none. */
  firstPostedAt(): number | undefined {
    return this.#oldest(1)[0]?.created_at;
  }

  /**
   * Removes the oldest messages up to that one, and moves the floor above it. To be called in a transaction; nothing was
   * said, so it takes no `rev`.
   */
  removeThrough(id: number): void {
    this.#sql.exec(
      `UPDATE log SET floor = COALESCE((SELECT MIN(id) FROM messages WHERE id > ?), rev + 1),
         gone_posted_at = (SELECT created_at FROM messages WHERE id = ?)`,
      id,
      id,
    );
    this.searchIndex.removeBelow(id + 1);
    this.#sql.exec('DELETE FROM messages WHERE id <= ?', id);
  }

  /** The last of the oldest messages that were all posted by `time`; of so many at most. */
  lastIdPostedUntil(time: number, limit: number): number | undefined {
    let last: number | undefined;
    for (const { id, created_at } of this.#oldest(limit)) {
      if (created_at > time) break;
      last = id;
    }
    return last;
  }

  /** Whether that author has posted under that `clientId`. */
  hasClientId(authorId: string, clientId: string): boolean {
    const found = this.#sql.exec('SELECT 1 FROM messages WHERE author_id = ? AND client_id = ?', authorId, clientId);
    return found.toArray().length > 0;
  }

  /** Whether there is a message with that id, if only its tombstone. */
  has(id: number): boolean {
    return this.#sql.exec('SELECT 1 FROM messages WHERE id = ?', id).toArray().length > 0;
  }

  /** A page, oldest first: what follows `after`, what precedes `before`, what lies around a message, or the newest. */
  page({ before = Number.MAX_SAFE_INTEGER, after, around, limit }: PageRequest): MessagePage {
    const older = (id: number, count: number) =>
      this.#select('WHERE id < ? ORDER BY id DESC LIMIT ?', id, count).reverse();
    const newer = (id: number, count: number) =>
      this.#select('WHERE id > ? AND id < ? ORDER BY id LIMIT ?', id, before, count);
    const half = Math.floor(limit / 2);
    const rows =
      around !== undefined
        ? [...older(around, half), ...newer(around - 1, limit - half)]
        : after !== undefined
          ? newer(after, limit)
          : older(before, limit);
    return { messages: rows.map(toMessage), ...this.position() };
  }

  /**
   * The latest state of every message changed after `rev`, by `rev`.
   * @returns undefined when they are too many or too large to replay
   */
  changedSince(rev: number): Message[] | undefined {
    const found = this.#sql.exec<MessageRow>(
      `SELECT ${messageColumns} FROM messages WHERE rev > ? ORDER BY rev LIMIT ?`,
      rev,
      limits.replayMessages + 1,
    );
    const messages: Message[] = [];
    let bytes = 0;
    for (const row of found) {
      bytes += countBytes(row.text);
      if (messages.length === limits.replayMessages || bytes > limits.replayBytes) return undefined;
      messages.push(toMessage(row));
    }
    return messages;
  }

  /** The texts below an id, newest first; a tombstone's is empty. */
  textsBelow(id: number, limit: number): Pick<Message, 'id' | 'text'>[] {
    const texts = 'SELECT id, text FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?';
    return this.#sql.exec<Pick<Message, 'id' | 'text'>>(texts, id, limit).toArray();
  }

  clear(): void {
    this.searchIndex.clear();
    this.#sql.exec('DELETE FROM messages');
    this.#sql.exec('DELETE FROM log');
  }

  #oldest(limit: number): { id: number; created_at: number }[] {
    return this.#sql
      .exec<{ id: number; created_at: number }>('SELECT id, created_at FROM messages ORDER BY id LIMIT ?', limit)
      .toArray();
  }

  /** The next number of the log. */
  #nextRev(): number {
    return this.#sql.exec<{ rev: number }>('UPDATE log SET rev = rev + 1 RETURNING rev').one().rev;
  }

  /** Changes columns of a message, under the next `rev`. */
  #update(id: number, columnsSet: string, ...values: SqlStorageValue[]): Message {
    const statement = `UPDATE messages SET rev = ?, ${columnsSet} WHERE id = ? RETURNING ${messageColumns}`;
    return toMessage(this.#sql.exec<MessageRow>(statement, this.#nextRev(), ...values, id).one());
  }

  #select(rest: string, ...bindings: SqlStorageValue[]): MessageRow[] {
    return this.#sql.exec<MessageRow>(`SELECT ${messageColumns} FROM messages ${rest}`, ...bindings).toArray();
  }
}
