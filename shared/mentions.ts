/** Mentions: `@` and the name of somebody, in a text. */
import { limits } from './limits.ts';
import type { Mention } from './message.ts';

/** Somebody who can be mentioned. */
export interface Mentionable {
  id: string;
  name: string;
}

/** Letters that a name of such letters goes on with: `@Bob` is not in `@Bobby`. Japanese is written without gaps. */
const wordCharacter = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}_]/u;

/** People by their names in lower case, and the lengths that names have, longest first. */
function indexByName(people: readonly Mentionable[]): { ids: Map<string, string[]>; lengths: number[] } {
  const ids = new Map<string, string[]>();
  for (const { id, name } of people) {
    const sameNameIds = ids.get(name.toLowerCase()) ?? [];
    if (!sameNameIds.includes(id)) sameNameIds.push(id);
    ids.set(name.toLowerCase(), sameNameIds);
  }
  const lengths = new Set(people.map(({ name }) => name.length));
  return { ids, lengths: [...lengths].sort((one, other) => other - one) };
}

function endsAtWordBoundary(text: string, end: number): boolean {
  const [next = ''] = text.slice(end, end + 2);
  return !(wordCharacter.test(text.charAt(end - 1)) && wordCharacter.test(next));
}

/**
 * Finds who is mentioned: of those whose names fit behind an `@`, the ones with the longest; more than one where they
 * share a name. So many signs are looked at and no more, since a text may hold nothing else.
 */
export function findMentions(text: string, people: readonly Mentionable[]): Mention[] {
  const { ids, lengths } = indexByName(people);
  const mentions: Mention[] = [];
  let atSigns = 0;
  for (const { index } of text.matchAll(/[@＠]/gu)) {
    if (mentions.length >= limits.mentions || ++atSigns > limits.mentionAtSigns) break;
    const start = index + 1;
    for (const length of lengths) {
      const matchedIds = ids.get(text.slice(start, start + length).toLowerCase());
      if (!matchedIds || !endsAtWordBoundary(text, start + length)) continue;
      mentions.push(...matchedIds.map((id) => ({ id, start: index, length: length + 1 })));
      break;
    }
  }
  return mentions.slice(0, limits.mentions);
}
