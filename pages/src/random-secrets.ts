/** Random texts: tokens that nobody types, and characters for links that people read. */

/** A token: 43 characters of base64url from 32 random bytes. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Without characters that are mistaken for others; 32 of them, so that five bits choose one evenly. */
const readableAlphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Characters that are easily read aloud. */
export function readableCharacters(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => readableAlphabet.charAt(byte % 32)).join(
    '',
  );
}

/** One of `choices`. */
export function pickRandom<T>(choices: readonly [T, ...T[]]): T {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return choices[number % choices.length] ?? choices[0];
}

/** A key to a private room, to be read aloud: three groups of characters. */
export function newJoinKey(): string {
  return [4, 4, 4].map(readableCharacters).join('-');
}
