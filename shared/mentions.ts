/** Mentions: `@` and the name of somebody, in a text. */
import { limits } from './limits.ts';
import type { Mention } from './message.ts';

/** Somebody who can be mentioned. */
export interface Mentionable {
  id: string;
  name: string;
}

/** Letters that a name of such letters goes on with: `@Bob` is not in `@Bobby`. Japanese is written without gaps. */
const latin = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}_]/u;

function fits(text: string, start: number, name: string): boolean {
  const end = start + name.length;
  if (text.slice(start, end).toLowerCase() !== name.toLowerCase()) return false;
  const [last = '', after = ''] = [name.at(-1), text.slice(end, end + 2)];
  return !(latin.test(last) && latin.test([...after][0] ?? ''));
}

/**
 * Finds who is mentioned: of those whose names fit behind an `@`, the ones with the longest; more than one where they
 * share a name.
 */
export function findMentions(text: string, people: readonly Mentionable[]): Mention[] {
  const mentions: Mention[] = [];
  for (const { index } of text.matchAll(/[@＠]/gu)) {
    const fitting = people.filter(({ name }) => fits(text, index + 1, name));
    const longest = Math.max(...fitting.map(({ name }) => name.length));
    const ids = new Set(fitting.filter(({ name }) => name.length === longest).map(({ id }) => id));
    for (const id of ids) mentions.push({ id, start: index, length: longest + 1 });
  }
  return mentions.slice(0, limits.mentions);
}
