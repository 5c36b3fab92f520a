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

/** People by their names in lower case, and the lengths that names have, longest first. */
function byName(people: readonly Mentionable[]): { ids: Map<string, string[]>; lengths: number[] } {
  const ids = new Map<string, string[]>();
  for (const { id, name } of people) {
    const known = ids.get(name.toLowerCase()) ?? [];
    if (!known.includes(id)) known.push(id);
    ids.set(name.toLowerCase(), known);
  }
  const lengths = new Set(people.map(({ name }) => name.length));
  return { ids, lengths: [...lengths].sort((one, other) => other - one) };
}

function endsThere(text: string, end: number): boolean {
  const [after = ''] = text.slice(end, end + 2);
  return !(latin.test(text.charAt(end - 1)) && latin.test(after));
}

/**
 * Finds who is mentioned: of those whose names fit behind an `@`, the ones with the longest; more than one where they
 * share a name. So many signs are looked at and no more, since a text may hold nothing else.
 */
export function findMentions(text: string, people: readonly Mentionable[]): Mention[] {
  const { ids, lengths } = byName(people);
  const mentions: Mention[] = [];
  let signs = 0;
  for (const { index } of text.matchAll(/[@＠]/gu)) {
    if (mentions.length >= limits.mentions || ++signs > limits.mentionSigns) break;
    const start = index + 1;
    for (const length of lengths) {
      const named = ids.get(text.slice(start, start + length).toLowerCase());
      if (!named || !endsThere(text, start + length)) continue;
      mentions.push(...named.map((id) => ({ id, start: index, length: length + 1 })));
      break;
    }
  }
  return mentions.slice(0, limits.mentions);
}
