/** How texts are compared when people look for words: letters of either case and width are the same to a reader. */

/** Folds a text; two that a reader takes for the same become the same. */
export function fold(text: string): string {
  // A sigma at the end of a word has a small letter of its own.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}

/** Where something stands in a text, in UTF-16 units, as `slice` takes them. */
export type Occurrence = [start: number, length: number];

/** What may become one with what stands before it: marks, and the vowels and finals of Hangul and Kirat Rai. */
const joining = /^[\p{M}\u1160-\u11ff\u{16d63}-\u{16d6a}]/u;

function joins(character: string): boolean {
  return character >= '\u0300' && joining.test(character.normalize('NFKD'));
}

/** A part of a text that folds by itself: where it and its folded form end. */
interface Part {
  end: number;
  foldedEnd: number;
}

/** The least parts of which a text is made that fold to the same apart as together. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let [end, foldedEnd] = [0, 0];
  let part = '';
  const finish = () => {
    end += part.length;
    foldedEnd += fold(part).length;
    parts.push({ end, foldedEnd });
  };
  for (const character of text) {
    if (part !== '' && !joins(character)) {
      finish();
      part = '';
    }
    part += character;
  }
  finish();
  return parts;
}

/**
 * Where a reader sees `wanted` in a text, from the left, none over another. A slice there folds to what `wanted` does,
 * but where that begins or ends within a character, as an f does in the ligature ﬁ: then it is the whole character.
 */
export function occurrencesOf(wanted: string, text: string, most: number): Occurrence[] {
  const [looked, folded] = [fold(wanted), fold(text)];
  const found: Occurrence[] = [];
  if (looked === '' || !folded.includes(looked)) return found;
  const parts = partsOf(text);
  let place = 0;
  let at = folded.indexOf(looked);
  while (at >= 0 && found.length < most) {
    while ((parts[place]?.foldedEnd ?? 0) <= at) place++;
    const start = parts[place - 1]?.end ?? 0;
    while ((parts[place]?.foldedEnd ?? 0) < at + looked.length) place++;
    const { end, foldedEnd } = parts[place] ?? { end: text.length, foldedEnd: folded.length };
    found.push([start, end - start]);
    at = folded.indexOf(looked, foldedEnd);
  }
  return found;
}
