/**
 * Finding any substring at bounded cost, in any script: a text is indexed by its single characters and by its pairs of
 * neighbours, as words of two FTS5 columns. One character is a word of the first; more are the phrase of their pairs in
 * the second. Every character becomes a word of letters and digits, so nothing in a text or a query is an operator.
 */
import { fold } from '../../shared/fold.ts';

/** The columns of the FTS5 table. */
export const ngramColumns = 'singles, pairs';

function lettersOf(text: string): string[] {
  return [...fold(text)];
}

function wordOf(character: string): string {
  return `u${character.codePointAt(0)?.toString(16)}`;
}

function pairsOf(words: readonly string[]): string[] {
  return words.slice(1).map((word, place) => `${words[place]}${word}`);
}

/** What stands in the two columns for a text. */
export function ngramsOf(text: string): [singles: string, pairs: string] {
  const words = lettersOf(text).map(wordOf);
  return [[...new Set(words)].join(' '), pairsOf(words).join(' ')];
}

/**
 * The FTS5 query for texts that hold each of `parts` somewhere.
 * @returns undefined when there is nothing to look for
 */
export function matchOf(parts: readonly string[]): string | undefined {
  const wanted = parts.map((part) => lettersOf(part).map(wordOf)).filter((words) => words.length > 0);
  if (wanted.length === 0) return undefined;
  return wanted
    .map((words) => (words.length === 1 ? `singles:"${words[0]}"` : `pairs:"${pairsOf(words).join(' ')}"`))
    .join(' AND ');
}

/**
 * The words that a text has if it holds `part` somewhere, each as a query of its own: of one character itself, of more
 * their pairs, each once. Of one or two characters that says it all; of more, the text must still be looked at.
 * @param most of so many pairs, the first ones
 */
export function gramsOf(part: string, most: number): string[] {
  const words = lettersOf(part).map(wordOf);
  if (words.length < 2) return words.map((word) => `singles:"${word}"`);
  return [...new Set(pairsOf(words))].slice(0, most).map((pair) => `pairs:"${pair}"`);
}
