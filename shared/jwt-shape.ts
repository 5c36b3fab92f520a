/** Distinguishes signed tokens (JWTs) from opaque tokens, before any signature is verified. */
import { decodeBase64url } from './base64url.ts';

/** Whether `token` is three base64url parts of which the first decodes to JSON with an `alg` (RFC 7515 §7.1). */
export function looksLikeJwt(token: string): boolean {
  const parts = token.split('.');
  const [header] = parts;
  if (parts.length !== 3 || !header || !parts.every((part) => /^[A-Za-z0-9_-]*$/.test(part))) return false;
  try {
    const decoded: unknown = JSON.parse(decodeBase64url(header));
    return typeof decoded === 'object' && decoded !== null && 'alg' in decoded;
  } catch {
    return false;
  }
}
