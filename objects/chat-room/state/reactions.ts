/**
 * Who has reacted to which message with what: the table `reactions`. What everyone sees of it stands in the message's
 * own row, so that a page costs no more for it.
 */
import { limits } from '../../../shared/limits.ts';
import type { Message, Reaction } from '../../../shared/message.ts';

export class Reactions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Whether somebody has reacted to a message with that. */
  has(messageId: number, emoji: string, participantId: string): boolean {
    const found = this.#sql.exec(
      'SELECT 1 FROM reactions WHERE message_id = ? AND emoji = ? AND participant_id = ?',
      messageId,
      emoji,
      participantId,
    );
    return found.toArray().length > 0;
  }

  /** Adds a reaction, or takes it back. */
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

  /** Takes all reactions to a message back. */
  deleteByMessage(messageId: number): void {
    this.#sql.exec('DELETE FROM reactions WHERE message_id = ?', messageId);
  }

  /** Takes all reactions of somebody back. */
  deleteByParticipant(participantId: string): void {
    this.#sql.exec('DELETE FROM reactions WHERE participant_id = ?', participantId);
  }

  /** Forgets the reactions to all messages up to that one. */
  removeThrough(messageId: number): void {
    this.#sql.exec('DELETE FROM reactions WHERE message_id <= ?', messageId);
  }

  /** What everyone sees of the reactions to a message after one of a kind was given or taken back. */
  summaryAfter({ id, reactions }: Pick<Message, 'id' | 'reactions'>, emoji: string, on: boolean): Reaction[] {
    const exists = reactions.some((one) => one.emoji === emoji);
    const all = exists ? reactions : [...reactions, { emoji, count: 0, participants: [] }];
    return all
      .map((one) =>
        one.emoji === emoji ? { emoji, count: one.count + (on ? 1 : -1), participants: this.#first(id, emoji) } : one,
      )
      .filter(({ count }) => count > 0);
  }

  /** The reactions to a message as everyone sees them, the first that was given first. */
  summary(messageId: number): Reaction[] {
    return this.#sql
      .exec<{ emoji: string; count: number }>(
        'SELECT emoji, COUNT(*) AS count FROM reactions WHERE message_id = ? GROUP BY emoji ORDER BY MIN(id)',
        messageId,
      )
      .toArray()
      .map(({ emoji, count }) => ({ emoji, count, participants: this.#first(messageId, emoji) }));
  }

  /** With what somebody has reacted to the messages from `first` to `last`, by message. */
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

  /** All reactions to the messages from `first` to `last`, by message, each in the order in which it was given. */
  byMessage(first: number, last: number): Map<number, { emoji: string; participant: string }[]> {
    const reactions = new Map<number, { emoji: string; participant: string }[]>();
    const rows = this.#sql.exec<{ message_id: number; emoji: string; participant: string }>(
      `SELECT message_id, emoji, participant_id AS participant FROM reactions
       WHERE message_id BETWEEN ? AND ? ORDER BY message_id, id`,
      first,
      last,
    );
    for (const { message_id, ...one } of rows) reactions.set(message_id, [...(reactions.get(message_id) ?? []), one]);
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
        limits.reactionParticipants,
      )
      .toArray()
      .map(({ participant_id }) => participant_id);
  }
}
