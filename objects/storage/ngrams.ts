/**
 * An n-gram index for substring search at bounded cost in any script. A text is indexed by its single characters
 * (unigrams) and its pairs of neighbouring characters (bigrams), as words of two FTS5 columns. A query of one character
 * is a word of the first column; a longer one is the phrase of its bigrams in the second. Each character becomes a word
 * of letters and digits, so no character of a text or query acts as an FTS5 operator.
 */
import { fold } from '../../shared/fold.ts';

/** The columns of the FTS5 table, for its `CREATE` statement. */
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

/** The values of the columns `singles` and `pairs` for a text. */
export function ngramsOf(text: string): [unigrams: string, bigrams: string] {
  const tokens = charactersOf(text).map(tokenOf);
  return [[...new Set(tokens)].join(' '), bigramsOf(tokens).join(' ')];
}

/**
 * The FTS5 query for texts that contain every one of `parts`.
 * @returns undefined when all parts are empty
 */
export function matchAllQuery(parts: readonly string[]): string | undefined {
  const tokensByPart = parts.map((part) => charactersOf(part).map(tokenOf)).filter((tokens) => tokens.length > 0);
  if (tokensByPart.length === 0) return undefined;
  return tokensByPart
    .map((tokens) => (tokens.length === 1 ? `singles:"${tokens[0]}"` : `pairs:"${bigramsOf(tokens).join(' ')}"`))
    .join(' AND ');
}

/**
 * One FTS5 query for each distinct bigram of `part`, or its unigram if it is one character. Every text that contains
 * `part` matches all of them. For one or two characters the reverse holds too; for more, the caller has to check the text.
 * @param limit maximum number of bigrams; the first ones are used
 */
export function bigramQueries(part: string, limit: number): string[] {
  const tokens = charactersOf(part).map(tokenOf);
  if (tokens.length < 2) return tokens.map((token) => `singles:"${token}"`);
  return [...new Set(bigramsOf(tokens))].slice(0, limit).map((bigram) => `pairs:"${bigram}"`);
}
