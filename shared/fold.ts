/** Case and width folding for search. */

/** Folds a text, so that texts that differ only in case, width or compatibility forms become equal. */
export function fold(text: string): string {
  // Σ has a second lower-case letter, for the end of a word.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}

/** A position in a text, in UTF-16 code units. */
export type Occurrence = [start: number, length: number];

/** Characters that normalization can compose with the one before: marks, Hangul and Kirat Rai vowels and finals. */
const combiningCharacter = /^[\p{M}\u1160-\u11ff\u{16d63}-\u{16d6a}]/u;

function isCombining(character: string): boolean {
  return character >= '\u0300' && combiningCharacter.test(character.normalize('NFKD'));
}

/** A part of a text that folds independently of the rest: the ends of the part and of its folded form. */
interface FoldSegment {
  end: number;
  foldedEnd: number;
}

/** Splits a text into the smallest parts whose folded forms add up to the folded text. */
function foldSegments(text: string): FoldSegment[] {
  const segments: FoldSegment[] = [];
  let [end, foldedEnd] = [0, 0];
  let segment = '';
  const endSegment = () => {
    end += segment.length;
    foldedEnd += fold(segment).length;
    segments.push({ end, foldedEnd });
  };
  for (const character of text) {
    if (segment !== '' && !isCombining(character)) {
      endSegment();
      segment = '';
    }
    segment += character;
  }
  endSegment();
  return segments;
}

/**
 * Finds `query` in a text after folding, from left to right, without overlaps. A match that starts or ends within a
 * character, such as the f of the ligature ﬁ, includes the whole character.
 */
export function occurrencesOf(query: string, text: string, maxCount: number): Occurrence[] {
  const [foldedQuery, foldedText] = [fold(query), fold(text)];
  const occurrences: Occurrence[] = [];
  if (foldedQuery === '' || !foldedText.includes(foldedQuery)) return occurrences;
  const segments = foldSegments(text);
  let segmentIndex = 0;
  let matchStart = foldedText.indexOf(foldedQuery);
  while (matchStart >= 0 && occurrences.length < maxCount) {
    while ((segments[segmentIndex]?.foldedEnd ?? 0) <= matchStart) segmentIndex++;
    const start = segments[segmentIndex - 1]?.end ?? 0;
    while ((segments[segmentIndex]?.foldedEnd ?? 0) < matchStart + foldedQuery.length) segmentIndex++;
    const { end, foldedEnd } = segments[segmentIndex] ?? { end: text.length, foldedEnd: foldedText.length };
    occurrences.push([start, end - start]);
    matchStart = foldedText.indexOf(foldedQuery, foldedEnd);
  }
  return occurrences;
}
