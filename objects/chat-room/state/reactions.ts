/**
 * Reactions by message, emoji and participant: the table `reactions`. The summary that clients see is also stored in the
 * message's row, so that a page of messages needs no further query.
 */
import { limits } from '../../../shared/limits.ts';
import type { Message, Reaction } from '../../../shared/message.ts';

export class Reactions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  has(messageId: number, emoji: string, participantId: string): boolean {
    const found = this.#sql.exec(
      'SELECT 1 FROM reactions WHERE message_id = ? AND emoji = ? AND participant_id = ?',
      messageId,
      emoji,
      participantId,
    );
    return found.toArray().length > 0;
  }

  /** Adds (`on`) or removes a reaction. Call in a transaction, as the other methods that write. */
  set(messageId: number, emoji: string, participantId: string, on: boolean): void {
    this.#sql.exec(
      on
        ? 'INSERT INTO reactions (message_id, emoji, participant_id) VALUES (?, ?, ?)'
        : 'DELETE FROM reactions WHERE message_id = ? AND emoji = ? AND participant_id = ?',
      messageId,
      emoji,
      participantId,
    );
  }

  deleteByMessage(messageId: number): void {
    this.#sql.exec('DELETE FROM reactions WHERE message_id = ?', messageId);
  }

  deleteByParticipant(participantId: string): void {
    this.#sql.exec('DELETE FROM reactions WHERE participant_id = ?', participantId);
  }

  /** Removes the reactions to all messages up to `messageId`. */
  removeThrough(messageId: number): void {
    this.#sql.exec('DELETE FROM reactions WHERE message_id <= ?', messageId);
  }

  /** The summary of a message's reactions after one was added (`on`) or removed; reads the changed emoji only. */
  summaryAfter({ id, reactions }: Pick<Message, 'id' | 'reactions'>, emoji: string, on: boolean): Reaction[] {
    const exists = reactions.some((reaction) => reaction.emoji === emoji);
    const all = exists ? reactions : [...reactions, { emoji, count: 0, participants: [] }];
    return all
      .map((reaction) =>
        reaction.emoji === emoji
          ? { emoji, count: reaction.count + (on ? 1 : -1), participants: this.#first(id, emoji) }
          : reaction,
      )
      .filter(({ count }) => count > 0);
  }

  /** The summary of a message's reactions; the emoji that was used first comes first. */
  summary(messageId: number): Reaction[] {
    return this.#sql
      .exec<{ emoji: string; count: number }>(
        'SELECT emoji, COUNT(*) AS count FROM reactions WHERE message_id = ? GROUP BY emoji ORDER BY MIN(id)',
        messageId,
      )
      .toArray()
      .map(({ emoji, count }) => ({ emoji, count, participants: this.#first(messageId, emoji) }));
  }

  /** The emoji with which a participant reacted to the messages with ids from `first` to `last`, by message id. */
  emojisBy(participantId: string, first: number, last: number): Map<number, Set<string>> {
    const own = new Map<number, Set<string>>();
    const rows = this.#sql.exec<{ message_id: number; emoji: string }>(
      'SELECT message_id, emoji FROM reactions WHERE participant_id = ? AND message_id BETWEEN ? AND ?',
      participantId,
      first,
      last,
    );
    for (const { message_id, emoji } of rows) own.set(message_id, (own.get(message_id) ?? new Set()).add(emoji));
    return own;
  }

  /** All reactions to the messages with ids from `first` to `last`, by message id, in the order they were added. */
  byMessage(first: number, last: number): Map<number, { emoji: string; participant: string }[]> {
    const reactions = new Map<number, { emoji: string; participant: string }[]>();
    const rows = this.#sql.exec<{ message_id: number; emoji: string; participant: string }>(
      `SELECT message_id, emoji, participant_id AS participant FROM reactions
       WHERE message_id BETWEEN ? AND ? ORDER BY message_id, id`,
      first,
      last,
    );
    for (const { message_id, ...reaction } of rows) {
      reactions.set(message_id, [...(reactions.get(message_id) ?? []), reaction]);
    }
    return reactions;
  }

  clear(): void {
    this.#sql.exec('DELETE FROM reactions');
  }

  #first(messageId: number, emoji: string): string[] {
    return this.#sql
      .exec<{ participant_id: string }>(
        'SELECT participant_id FROM reactions WHERE message_id = ? AND emoji = ? ORDER BY id LIMIT ?',
        messageId,
        emoji,
        limits.message.reactionParticipants,
      )
      .toArray()
      .map(({ participant_id }) => participant_id);
  }
}
