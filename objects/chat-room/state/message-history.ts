/** Reads of more than one message: pages, catching up after a disconnect, unread counts and recent authors. */
import { countBytes, limits } from '../../../shared/limits.ts';
import type { Message } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import { type MessageRow, messageColumns, toMessage } from './message-row.ts';

/** Which page to read; the newest one without `before`, `after` and `around`. Each is a message id. */
export interface PageRequest {
  before?: number | undefined;
  after?: number | undefined;
  around?: number | undefined;
  limit: number;
}

export class MessageHistory {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** A page, oldest message first: above `after`, below `before`, on both sides of `around`, or the newest messages. */
  page({ before = Number.MAX_SAFE_INTEGER, after, around, limit }: PageRequest): Message[] {
    const older = (id: number, count: number) =>
      this.#select('WHERE id < ? ORDER BY id DESC LIMIT ?', id, count).reverse();
    const newer = (id: number, count: number) =>
      this.#select('WHERE id > ? AND id < ? ORDER BY id LIMIT ?', id, before, count);
    if (around !== undefined) {
      const half = Math.floor(limit / 2);
      return [...older(around, half), ...newer(around - 1, limit - half)];
    }
    return after === undefined ? older(before, limit) : newer(after, limit);
  }

  /**
   * The latest state of every message changed after `rev`, by `rev`.
   * @returns undefined if there are more than `limits.socket.replayMessages` or `limits.socket.replayBytes` of them
   */
  changedSince(rev: number): Message[] | undefined {
    const found = this.#sql.exec<MessageRow>(
      `SELECT ${messageColumns} FROM messages WHERE rev > ? ORDER BY rev LIMIT ?`,
      rev,
      limits.socket.replayMessages + 1,
    );
    const messages: Message[] = [];
    let bytes = 0;
    for (const row of found) {
      bytes += countBytes(row.text);
      if (messages.length === limits.socket.replayMessages || bytes > limits.socket.replayBytes) return undefined;
      messages.push(toMessage(row));
    }
    return messages;
  }

  /**
   * How many messages above `id` are not tombstones and not by `readerId`.
   * @returns at most `limits.readState.unreadCountMax`, of the newest `limits.readState.unreadScanMessages`
   */
  countAfter(id: number, readerId: string): number {
    return this.#sql
      .exec<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (
           SELECT 1 FROM (SELECT author_id, deleted_at FROM messages WHERE id > ? ORDER BY id DESC LIMIT ?)
           WHERE author_id <> ? AND deleted_at IS NULL LIMIT ?)`,
        id,
        limits.readState.unreadScanMessages,
        readerId,
        limits.readState.unreadCountMax,
      )
      .one().count;
  }

  /** The authors of the newest `limits.message.mentionableAuthors` messages, each under their latest name. */
  recentAuthors(): Participant[] {
    const authors = new Map<string, Participant>();
    for (const { author } of this.#select('ORDER BY id DESC LIMIT ?', limits.message.mentionableAuthors)) {
      if (!authors.has(author.id)) authors.set(author.id, author);
    }
    return [...authors.values()];
  }

  #select(rest: string, ...bindings: SqlStorageValue[]): Message[] {
    return this.#sql
      .exec<MessageRow>(`SELECT ${messageColumns} FROM messages ${rest}`, ...bindings)
      .toArray()
      .map(toMessage);
  }
}
