/**
 * The room's messages and their numbering: the tables `messages` and `log`. Every change takes the next `rev` in the
 * transaction that stores it, so that the numbers have no gap. Every method that writes must be called in a transaction.
 */
import type { DeletedBy, LogPosition, Mention, Message, Reaction } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import { digest, randomSecret } from '../../credentials/digests.ts';
import { MessageHistory } from './message-history.ts';
import { type MessageRow, messageColumns, toMessage } from './message-row.ts';
import { SearchIndex, type TextSource } from './search-index.ts';

/** A message as its author sends it. */
export interface Draft {
  /** Chosen by the client; identifies the message among those of its author when it is sent again. */
  clientId: string;
  text: string;
  /** Id of the message that this one replies to. */
  replyTo?: number | undefined;
  /** Participants mentioned in the text. */
  mentions?: readonly Mention[];
}

/** The message after a post or change, and whether that request changed nothing. */
export interface AppendResult {
  message: Message;
  duplicate: boolean;
}

/** A stored message, and the digest of the draft that it was posted as. */
export interface SentMessage {
  message: Message;
  sentDigest: string;
}

function draftDigest({ text, replyTo }: Draft, salt: string): string {
  return digest(salt, 'message', JSON.stringify([text, replyTo ?? null]));
}

/** Whether a draft has the text and `replyTo` that the message was posted with, regardless of later changes. */
export function isSameDraft({ sentDigest }: SentMessage, draft: Draft, salt: string): boolean {
  return draftDigest(draft, salt) === sentDigest;
}

export class MessageLog implements TextSource {
  readonly history: MessageHistory;
  /** Updated with every change of a text. */
  readonly searchIndex: SearchIndex;
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.history = new MessageHistory(sql);
    this.searchIndex = new SearchIndex(sql, this);
  }

  /** Starts the log of a new room under a random epoch, which differs from that of an earlier room with this link. */
  initialize({ rev, floor, posted } = { rev: 0, floor: 1, posted: 0 }): void {
    const statement = 'INSERT INTO log (id, epoch, rev, floor, posted) VALUES (1, ?, ?, ?, ?)';
    this.#sql.exec(statement, randomSecret(), rev, floor, posted);
  }

  position(): LogPosition {
    return this.#sql.exec<LogPosition & Record<string, SqlStorageValue>>('SELECT epoch, rev, floor FROM log').one();
  }

  /** The message that an author posted with this `clientId`; undefined if there is none. */
  findSent(authorId: string, clientId: string): SentMessage | undefined {
    const [row] = this.#select('WHERE author_id = ? AND client_id = ?', authorId, clientId);
    return row && { message: toMessage(row), sentDigest: row.sent_digest };
  }

  /**
   * Stores a new message. The caller has checked that `findSent` finds none and that the message of `replyTo` exists.
   * @param salt that of the room's digests
   * @param now milliseconds
   */
  append(author: Participant, draft: Draft, salt: string, now: number): Message {
    const { rev } = this.#sql
      .exec<{ rev: number }>('UPDATE log SET rev = rev + 1, posted = posted + 1 RETURNING rev')
      .one();
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
        draftDigest(draft, salt),
        draft.text,
        JSON.stringify(draft.mentions ?? []),
        now,
        draft.replyTo ?? null,
      )
      .one();
    this.searchIndex.add(rev, draft.text);
    return toMessage(row);
  }

  /** A message or its tombstone. */
  find(id: number): Message | undefined {
    return this.#select('WHERE id = ?', id).map(toMessage)[0];
  }

  /** Whether a message or its tombstone exists. */
  has(id: number): boolean {
    return this.#sql.exec('SELECT 1 FROM messages WHERE id = ?', id).toArray().length > 0;
  }

  /** The newest message, or tombstone, of an author. */
  latestBy(authorId: string): Message | undefined {
    return this.#select('WHERE author_id = ? ORDER BY id DESC LIMIT 1', authorId).map(toMessage)[0];
  }

  /** The texts of the messages below `id`, newest first; empty for a tombstone. */
  textsBelow(id: number, limit: number): Pick<Message, 'id' | 'text'>[] {
    const texts = 'SELECT id, text FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?';
    return this.#sql.exec<Pick<Message, 'id' | 'text'>>(texts, id, limit).toArray();
  }

  edit(id: number, text: string, mentions: readonly Mention[], now: number): Message {
    this.searchIndex.update(id, text);
    return this.#update(id, 'text = ?, mentions = ?, edited_at = ?', text, JSON.stringify(mentions), now);
  }

  /** Makes a message a tombstone, which keeps its id and author. */
  markDeleted(id: number, by: DeletedBy, now: number): Message {
    this.searchIndex.remove(id);
    return this.#update(id, "text = '', reactions = '[]', mentions = '[]', deleted_at = ?, deleted_by = ?", now, by);
  }

  /** Makes a message a tombstone under another author name. An existing tombstone keeps its time and `deletedBy`. */
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

  /** Stores the summary of a message's reactions in its row. */
  setReactions(id: number, reactions: readonly Reaction[]): Message {
    return this.#update(id, 'reactions = ?', JSON.stringify(reactions));
  }

  /** How many messages were ever posted, including those that retention removed. */
  postedTotal(): number {
    return this.#sql.exec<{ posted: number }>('SELECT posted FROM log').one().posted;
  }

  /** When the last message was posted, even if retention removed it, in milliseconds; undefined if there was none. */
  lastPostedAt(): number | undefined {
    const { at } = this.#sql
      .exec<{ at: number | null }>(
        'SELECT COALESCE((SELECT created_at FROM messages ORDER BY id DESC LIMIT 1), gone_posted_at) AS at FROM log',
      )
      .one();
    return at ?? undefined;
  }

  /** When the oldest stored message was posted, in milliseconds; undefined if none is stored. */
  firstPostedAt(): number | undefined {
    return this.#oldest(1)[0]?.created_at;
  }

  /** The last id of the oldest messages, at most `limit` of them, that were all posted by `time` (milliseconds). */
  lastIdPostedUntil(time: number, limit: number): number | undefined {
    let last: number | undefined;
    for (const { id, created_at } of this.#oldest(limit)) {
      if (created_at > time) break;
      last = id;
    }
    return last;
  }

  /** Removes the messages up to `id` and raises the floor. Takes no `rev`: clients drop what is below the floor. */
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

  /** Sets columns of a message, under the next `rev`. */
  #update(id: number, columnsSet: string, ...values: SqlStorageValue[]): Message {
    const { rev } = this.#sql.exec<{ rev: number }>('UPDATE log SET rev = rev + 1 RETURNING rev').one();
    const statement = `UPDATE messages SET rev = ?, ${columnsSet} WHERE id = ? RETURNING ${messageColumns}`;
    return toMessage(this.#sql.exec<MessageRow>(statement, rev, ...values, id).one());
  }

  #select(rest: string, ...bindings: SqlStorageValue[]): MessageRow[] {
    return this.#sql.exec<MessageRow>(`SELECT ${messageColumns} FROM messages ${rest}`, ...bindings).toArray();
  }
}
