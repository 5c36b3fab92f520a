/**
 * Finding any substring at bounded cost, in any script: a text is indexed by its single characters and by its pairs of
 * neighbours, as words of two FTS5 columns. One character is a word of the first; more are the phrase of their pairs in
 * the second. Every character becomes a word of letters and digits, so nothing in a text or a query is an operator.
 */
import { fold } from '../../shared/fold.ts';

/** The columns of the FTS5 table. */
export const ngramColumns = 'singles, pairs';

function charactersOf(text: string): string[] {
  return [...fold(text)];
}

function tokenOf(character: string): string {
  return `u${character.codePointAt(0)?.toString(16)}`;
}

function bigramsOf(tokens: readonly string[]): string[] {
  return tokens.slice(1).map((token, index) => `${tokens[index]}${token}`);
}

/** What stands in the two columns for a text. */
export function ngramsOf(text: string): [singles: string, pairs: string] {
  const tokens = charactersOf(text).map(tokenOf);
  return [[...new Set(tokens)].join(' '), bigramsOf(tokens).join(' ')];
}

/**
 * The FTS5 query for texts that hold each of `parts` somewhere.
 * @returns undefined when there is nothing to look for
 */
export function matchAllQuery(parts: readonly string[]): string | undefined {
  const tokensByPart = parts.map((part) => charactersOf(part).map(tokenOf)).filter((tokens) => tokens.length > 0);
  if (tokensByPart.length === 0) return undefined;
  return tokensByPart
    .map((tokens) => (tokens.length === 1 ? `singles:"${tokens[0]}"` : `pairs:"${bigramsOf(tokens).join(' ')}"`))
    .join(' AND ');
}

/**
 * The words that a text has if it holds `part` somewhere, each as a query of its own: of one character itself, of more
 * their pairs, each once. Of one or two characters that says it all; of more, the text must still be looked at.
 * @param limit of so many pairs, the first ones
 */
export function bigramQueries(part: string, limit: number): string[] {
  const tokens = charactersOf(part).map(tokenOf);
  if (tokens.length < 2) return tokens.map((token) => `singles:"${token}"`);
  return [...new Set(bigramsOf(tokens))].slice(0, limit).map((bigram) => `pairs:"${bigram}"`);
}
