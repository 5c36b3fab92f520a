/** How texts are compared when people look for words: letters of either case and width are the same to a reader. */

/** Folds a text; two that a reader takes for the same become the same. */
export function fold(text: string): string {
  // A sigma at the end of a word has a small letter of its own.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}

/** Where something stands in a text, in UTF-16 units, as `slice` takes them. */
export type Occurrence = [start: number, length: number];

/** What may become one with what stands before it: marks, and the vowels and finals of Hangul and Kirat Rai. */
const combiningCharacter = /^[\p{M}\u1160-\u11ff\u{16d63}-\u{16d6a}]/u;

function isCombining(character: string): boolean {
  return character >= '\u0300' && combiningCharacter.test(character.normalize('NFKD'));
}

/** A part of a text that folds by itself: where it and its folded form end. */
interface FoldSegment {
  end: number;
  foldedEnd: number;
}

/** The least parts of which a text is made that fold to the same apart as together. */
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
 * Where a reader sees `wanted` in a text, from the left, none over another. A slice there folds to what `wanted` does,
 * but where that begins or ends within a character, as an f does in the ligature ﬁ: then it is the whole character.
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
