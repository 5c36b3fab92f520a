/**
 * Salted digests, the only form in which tokens are stored. Synchronous, so that the frames of a socket stay in order
 * while a credential is checked. The purpose is part of the digest, so a digest of one kind never matches another kind.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a digest identifies. */
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

/** Whether `expected` is the digest of `secret`, in constant time. */
export function matchesDigest(salt: string, purpose: DigestPurpose, secret: string, expected: string): boolean {
  const expectedBytes = Buffer.from(expected, 'base64url');
  const actualBytes = hmac(salt, purpose, secret);
  return expectedBytes.length === actualBytes.length && timingSafeEqual(expectedBytes, actualBytes);
}

/** Whether two secrets of any lengths are equal, in constant time. */
export function secretsEqual(one: string, other: string): boolean {
  const salt = randomSecret();
  return timingSafeEqual(hmac(salt, 'admin', one), hmac(salt, 'admin', other));
}

/** Whether `token` is the operator's. Without a configured token (unset or empty) no token is. */
export function isOperator(token: string | undefined, operatorToken: string | undefined): boolean {
  return Boolean(token && operatorToken) && secretsEqual(token ?? '', operatorToken ?? '');
}

/** 144 random bits as 24 base64url characters, for salts, epochs, generated ids and issued tokens. */
export function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A digest that people can read aloud: 24 characters of lower-case base 32 without look-alikes, each from 5 bits of one
 * of its first 24 bytes (120 bits).
 */
export function readableDigest(salt: string, purpose: DigestPurpose, secret: string): string {
  return [...hmac(salt, purpose, secret).subarray(0, 24)].map((byte) => alphabet[byte & 31]).join('');
}
