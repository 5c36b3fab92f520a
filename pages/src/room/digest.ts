/** Returns a 32-bit digest (FNV-1a). Not collision-resistant: only for texts that are not chosen by an attacker. */
export function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (const character of text) digest = Math.imul(digest ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return digest >>> 0;
}
