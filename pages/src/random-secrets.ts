/** Random tokens, keys and parts of links. */

/** @returns 43 characters of base64url from 32 random bytes */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** 32 characters that are not easily confused; 32 divides 256, so `byte % 32` is uniform. */
const readableAlphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** @returns random characters that are easy to read and to dictate */
export function readableCharacters(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => readableAlphabet.charAt(byte % 32)).join(
    '',
  );
}

/** @returns one of `choices` at random */
export function pickRandom<T>(choices: readonly [T, ...T[]]): T {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return choices[number % choices.length] ?? choices[0];
}

/** @returns a key for a private room that is easy to dictate: three groups of four characters */
export function newJoinKey(): string {
  return [4, 4, 4].map(readableCharacters).join('-');
}
