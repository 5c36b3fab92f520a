/** Checks the fields of a new room. Each function returns the problem in the language of the page, or undefined. */
import { countCharacters, limits, linkPattern, reservedLinks } from '../../../client/index.ts';
import { words } from './words.ts';

export const isBlank = (text: string) => !/\S/u.test(text);

export function lengthProblem(text: string, maxLength: number): string | undefined {
  const over = countCharacters(text) - maxLength;
  return over > 0 ? words.value.charactersOver(over) : undefined;
}

export function titleProblem(title: string): string | undefined {
  return isBlank(title) ? words.value.titleMissing : lengthProblem(title, limits.room.titleLength);
}

/** The problem with the format of a link; '' has none, since a suggested link is used then. */
export function linkProblem(link: string): string | undefined {
  const { linkInvalidCharacters, linkReserved } = words.value;
  if (link === '') return undefined;
  const tooLong = lengthProblem(link, limits.room.linkLength);
  if (tooLong !== undefined) return tooLong;
  if (!linkPattern.test(link)) return linkInvalidCharacters;
  return reservedLinks.includes(link.toLowerCase()) ? linkReserved : undefined;
}

/** The problem with the tag being typed, given the tags that were added already. */
export function tagProblem(text: string, tags: readonly string[]): string | undefined {
  if (isBlank(text)) return undefined;
  return tags.length >= limits.room.tags
    ? words.value.tooManyTags(limits.room.tags)
    : lengthProblem(text.trim(), limits.room.tagLength);
}

export function keyProblem(key: string): string | undefined {
  if (isBlank(key) || countCharacters(key) < limits.joinKey.lengthMin) {
    return words.value.keyTooShort(limits.joinKey.lengthMin);
  }
  return lengthProblem(key, limits.joinKey.length);
}
