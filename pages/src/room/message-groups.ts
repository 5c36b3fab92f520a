/** How messages stand in the log: grouped by author while they write on, each day under its date. */
import type { Participant } from '../../../client/index.ts';
import { isSameDay } from '../date-format.ts';

/** Milliseconds after which the same author begins again with tile and name. */
const groupMs = 5 * 60_000;

/** What the log needs to know of a message to place it. */
export interface GroupedMessage {
  author: Participant;
  createdAt: number;
}

export interface GroupedLine<T extends GroupedMessage> {
  message: T;
  /** Whether tile and name stand beside it. */
  isGroupStart: boolean;
  /** Whether the date stands above it. */
  startsDay: boolean;
}

function continuesGroup(before: GroupedMessage, next: GroupedMessage): boolean {
  const isSamePerson = before.author.id === next.author.id && before.author.name === next.author.name;
  return isSamePerson && next.createdAt - before.createdAt < groupMs;
}

/**
 * Places messages.
 * @param after what stands above the first of them
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
