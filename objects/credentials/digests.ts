/**
 * Salted digests: the only form in which a token is ever stored. Synchronous, so that the frames of a socket stay in
 * order while a credential is checked. Each purpose has a domain of its own: one digest is never taken for another.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a digest stands for. */
export type DigestPurpose =
  | 'admin'
  | 'address'
  | 'call'
  | 'claim'
  | 'invitation'
  | 'join'
  | 'lease'
  | 'message'
  | 'participant';

function hmac(salt: string, purpose: DigestPurpose, secret: string): Buffer {
  return createHmac('sha256', salt).update(`${purpose}\0${secret}`).digest();
}

/** HMAC-SHA-256 of `secret`, base64url. */
export function digest(salt: string, purpose: DigestPurpose, secret: string): string {
  return hmac(salt, purpose, secret).toString('base64url');
}

/** Whether `secret` has `expected` as its digest, in constant time. */
export function matchesDigest(salt: string, purpose: DigestPurpose, secret: string, expected: string): boolean {
  const expectedBytes = Buffer.from(expected, 'base64url');
  const actualBytes = hmac(salt, purpose, secret);
  return expectedBytes.length === actualBytes.length && timingSafeEqual(expectedBytes, actualBytes);
}

/** Whether two secrets are equal, in constant time whatever their lengths. */
export function secretsEqual(one: string, other: string): boolean {
  const salt = randomSecret();
  return timingSafeEqual(hmac(salt, 'admin', one), hmac(salt, 'admin', other));
}

/** Whether `token` is the operator's. Without a configured token (unset or empty) there is no operator. */
export function isOperator(token: string | undefined, operatorToken: string | undefined): boolean {
  return Boolean(token && operatorToken) && secretsEqual(token ?? '', operatorToken ?? '');
}

/** 144 random bits as 24 base64url characters: salts, epochs and the secrets of leases. */
export function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A digest as people can read it out: 24 characters (120 bits) of lower-case base 32, from the first of its bytes. */
export function readableDigest(salt: string, purpose: DigestPurpose, secret: string): string {
  return [...hmac(salt, purpose, secret).subarray(0, 24)].map((byte) => alphabet[byte & 31]).join('');
}
