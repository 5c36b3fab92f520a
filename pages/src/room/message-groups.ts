/** Groups consecutive messages of an author, and separates days. */
import type { Participant } from '../../../client/index.ts';
import { isSameDay } from '../date-format.ts';

/** Milliseconds without a message after which the same author starts a new group. */
const groupMs = 5 * 60_000;

/** The part of a message that grouping depends on. */
export interface GroupedMessage {
  author: Participant;
  createdAt: number;
}

export interface GroupedLine<T extends GroupedMessage> {
  message: T;
  /** Whether avatar and name are shown. */
  isGroupStart: boolean;
  /** Whether a date divider is shown above it. */
  startsDay: boolean;
}

function continuesGroup(before: GroupedMessage, next: GroupedMessage): boolean {
  const isSamePerson = before.author.id === next.author.id && before.author.name === next.author.name;
  return isSamePerson && next.createdAt - before.createdAt < groupMs;
}

/**
 * Groups messages, which are in the order of the log.
 * @param after the message above the first of them
 */
export function groupMessages<T extends GroupedMessage>(
  messages: readonly T[],
  after?: GroupedMessage,
): GroupedLine<T>[] {
  return messages.map((message, index) => {
    const before = messages[index - 1] ?? after;
    const startsDay = !before || !isSameDay(before.createdAt, message.createdAt);
    return { message, startsDay, isGroupStart: startsDay || !continuesGroup(before, message) };
  });
}
