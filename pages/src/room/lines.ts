/** How messages stand in the log: grouped by author while they write on, each day under its date. */
import type { Participant } from '../../../client/index.ts';
import { isSameDay } from '../times.ts';

/** Milliseconds after which the same author begins again with tile and name. */
const groupMs = 5 * 60_000;

/** What the log needs to know of a message to place it. */
export interface Said {
  author: Participant;
  createdAt: number;
}

export interface Line<T extends Said> {
  said: T;
  /** Whether tile and name stand beside it. */
  isFirst: boolean;
  /** Whether the date stands above it. */
  startsDay: boolean;
}

function writesOn(before: Said, said: Said): boolean {
  const isSamePerson = before.author.id === said.author.id && before.author.name === said.author.name;
  return isSamePerson && said.createdAt - before.createdAt < groupMs;
}

/**
 * Places messages.
 * @param after what stands above the first of them
 */
export function linesOf<T extends Said>(messages: readonly T[], after?: Said): Line<T>[] {
  return messages.map((said, place) => {
    const before = messages[place - 1] ?? after;
    const startsDay = !before || !isSameDay(before.createdAt, said.createdAt);
    return { said, startsDay, isFirst: startsDay || !writesOn(before, said) };
  });
}
