/** A short digest (FNV-1a) that tells texts apart where nobody tries to make two alike. */
export function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (const character of text) digest = Math.imul(digest ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return digest >>> 0;
}
