/** base64url without padding (RFC 4648 §5), for text of characters up to U+00FF, such as JSON in ASCII. */

/** @throws if `text` has a character above U+00FF */
export function encodeBase64url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * Decodes base64url, and base64 with or without padding.
 * @throws if `encoded` is neither
 */
export function decodeBase64url(encoded: string): string {
  return atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
}
