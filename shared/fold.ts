/** How texts are compared when people look for words: letters of either case and width are the same to a reader. */

/** Folds a text; two that a reader takes for the same become the same. */
export function fold(text: string): string {
  // A sigma at the end of a word has a small letter of its own.
  return text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}
