/** Finds mentions in a text: `@` and the name of a participant. */
import { limits } from './limits.ts';
import type { Mention } from './message.ts';

export interface Mentionable {
  id: string;
  name: string;
}

/** Characters that continue a word, so that `@Bobby` does not mention Bob. Not Japanese, which has no word spacing. */
const wordCharacter = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}_]/u;

/** Ids by lower-case name, and the distinct lengths of the names, longest first. */
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
 * Finds the mentions in a text. Of the names that match after an `@`, the longest counts; participants with the same
 * name are all mentioned. Only the first `limits.message.mentionAtSigns` signs are checked, because a text can consist of them.
 */
export function findMentions(text: string, people: readonly Mentionable[]): Mention[] {
  const { ids, lengths } = indexByName(people);
  const mentions: Mention[] = [];
  let atSigns = 0;
  for (const { index } of text.matchAll(/[@＠]/gu)) {
    if (mentions.length >= limits.message.mentions || ++atSigns > limits.message.mentionAtSigns) break;
    const start = index + 1;
    for (const length of lengths) {
      const matchedIds = ids.get(text.slice(start, start + length).toLowerCase());
      if (!matchedIds || !endsAtWordBoundary(text, start + length)) continue;
      mentions.push(...matchedIds.map((id) => ({ id, start: index, length: length + 1 })));
      break;
    }
  }
  return mentions.slice(0, limits.message.mentions);
}
