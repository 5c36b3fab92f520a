/**
 * Signed identities (JWT), verified with the service's public key and issued with its private one. The algorithm is that
 * of the configured key, never that of the token (RFC 8725 §3.1); `exp` is required and allows no clock skew.
 */
import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { errors, importJWK, jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';
import { sanitizeName } from '../../shared/display-names.ts';
import { fail, ok, type Result } from '../../shared/failures.ts';
import { looksLikeJwt } from '../../shared/jwt-shape.ts';
import { limits } from '../../shared/limits.ts';
import { logLine } from '../../shared/log-line.ts';
import type { Clock } from '../storage/clock.ts';
import { isOperator } from './digests.ts';

/** The configuration variables that decide which tokens are accepted. */
export interface JwtSettings {
  ADMIN_TOKEN?: string;
  /** SPKI PEM; without it no signed token is accepted. */
  JWT_PUBLIC_KEY?: string;
  /** PKCS#8 PEM; without it none is issued. */
  JWT_PRIVATE_KEY?: string;
  /** The required `iss` and `aud`; empty accepts any. */
  JWT_ISSUER: string;
  JWT_AUDIENCE: string;
}

/** The user that a verified token identifies. */
export interface JwtSubject {
  /** `sub`. */
  userId: string;
  name: string | undefined;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** The outcome of verifying the token of a caller. */
export type VerifiedToken =
  | { kind: 'none' }
  /** An opaque token, chosen by a user or issued by the service; it may be the operator's. */
  | { kind: 'token'; token: string }
  | { kind: 'signed'; subject: JwtSubject };

export interface TokenRequest {
  userId: string;
  name?: string | undefined;
  /** Seconds. */
  expiresIn: number;
}

export interface IssuedToken {
  token: string;
  userId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

interface JwtKey {
  algorithm: 'EdDSA' | 'ES256' | 'RS256';
  key: CryptoKey | Uint8Array;
}

/** The claims that are used. `sub` becomes part of participant ids, so it is printable ASCII of bounded length. */
const Payload = v.object({
  sub: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,128}$/)),
  /** Seconds; at most what a `Date` can represent. */
  exp: v.pipe(v.number(), v.maxValue(8.64e12)),
  name: v.fallback(v.optional(v.pipe(v.string(), v.transform(sanitizeName))), undefined),
});

/** The algorithm of a key; undefined for key types that are not accepted. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): JwtKey['algorithm'] | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048) return 'RS256';
  return undefined;
}

/**
 * Reads a PEM key and detects its type: the runtime's WebCrypto would import any other key as Ed25519 as well, and fail
 * only when it is used.
 * @returns undefined where there is no usable key; an unusable one is logged as `key_unusable`
 */
async function readKey(read: (pem: string) => KeyObject, pem: string | undefined): Promise<JwtKey | undefined> {
  if (!pem) return undefined;
  try {
    const object = read(toPem(pem));
    const algorithm = algorithmOf(object);
    if (algorithm) return { algorithm, key: await importJWK(object.export({ format: 'jwk' }), algorithm) };
  } catch {
    // The text of the error may contain the key, so it is not logged.
  }
  console.error(logLine('key_unusable', { accepted: 'Ed25519, EC P-256, RSA of 2048 bits or more' }));
  return undefined;
}

/** Restores line breaks that an environment file has turned into `\n`. */
function toPem(pem: string): string {
  return pem.replaceAll('\\n', '\n').trim();
}

/** Whether both keys are readable and the public key belongs to the private one. */
function isKeyPair(privatePem: string | undefined, publicPem: string | undefined): boolean {
  if (!privatePem || !publicPem) return false;
  try {
    const format = { type: 'spki', format: 'der' } as const;
    const [derived, configured] = [createPrivateKey(toPem(privatePem)), createPublicKey(toPem(publicPem))];
    return Buffer.from(createPublicKey(derived).export(format)).equals(Buffer.from(configured.export(format)));
  } catch {
    return false;
  }
}

export class Jwt {
  readonly #settings: JwtSettings;
  readonly #clock: Clock;
  #publicKey: Promise<JwtKey | undefined> | undefined;

  constructor(settings: JwtSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /**
   * Verifies the token of a caller. Any token that looks like a JWT must have a valid signature, except the operator's.
   * @returns `no_signed_identities` (501) without a public key, `signed_token_invalid` or `signed_token_expired` (401)
   */
  async verify(token: string | undefined): Promise<Result<VerifiedToken>> {
    if (token === undefined) return ok({ kind: 'none' });
    if (!looksLikeJwt(token) || isOperator(token, this.#settings.ADMIN_TOKEN)) return ok({ kind: 'token', token });
    const subject = await this.#verifySignature(token);
    return subject.ok ? ok({ kind: 'signed', subject: subject.value }) : subject;
  }

  /** Issues a token; `no_signed_identities` (501) where no matching pair of keys is configured. */
  async issue({ userId, name, expiresIn }: TokenRequest): Promise<Result<IssuedToken>> {
    const { JWT_PRIVATE_KEY, JWT_PUBLIC_KEY, JWT_ISSUER, JWT_AUDIENCE } = this.#settings;
    const key = await readKey(createPrivateKey, JWT_PRIVATE_KEY);
    // The service would reject a token that a different key has signed.
    if (!key || !isKeyPair(JWT_PRIVATE_KEY, JWT_PUBLIC_KEY)) return fail('no_signed_identities');
    const issuedAt = Math.floor(this.#clock.now() / 1_000);
    const expiresAt = issuedAt + expiresIn;
    const jwt = new SignJWT({ ...(name && { name }) })
      .setProtectedHeader({ alg: key.algorithm, typ: 'JWT' })
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt);
    if (JWT_ISSUER) jwt.setIssuer(JWT_ISSUER);
    if (JWT_AUDIENCE) jwt.setAudience(JWT_AUDIENCE);
    return ok({ token: await jwt.sign(key.key), userId, expiresAt: expiresAt * 1_000 });
  }

  async #verifySignature(token: string): Promise<Result<JwtSubject>> {
    this.#publicKey ??= readKey(createPublicKey, this.#settings.JWT_PUBLIC_KEY);
    const publicKey = await this.#publicKey;
    if (!publicKey) return fail('no_signed_identities');
    const { JWT_ISSUER, JWT_AUDIENCE } = this.#settings;
    const now = this.#clock.now();
    try {
      const { payload } = await jwtVerify(token, publicKey.key, {
        algorithms: [publicKey.algorithm],
        requiredClaims: ['sub', 'exp'],
        // The issuer's clock may be ahead. `exp` is compared below without this tolerance.
        clockTolerance: limits.participant.clockSkewMs / 1_000,
        currentDate: new Date(now),
        ...(JWT_ISSUER && { issuer: JWT_ISSUER }),
        ...(JWT_AUDIENCE && { audience: JWT_AUDIENCE }),
      });
      const claims = v.safeParse(Payload, payload);
      if (!claims.success || (payload.iat ?? 0) * 1_000 > now + limits.participant.clockSkewMs)
        return fail('signed_token_invalid');
      const { sub, exp, name } = claims.output;
      if (exp * 1_000 <= now) return fail('signed_token_expired');
      return ok({ userId: sub, name, expiresAt: exp * 1_000 });
    } catch (error) {
      return fail(error instanceof errors.JWTExpired ? 'signed_token_expired' : 'signed_token_invalid');
    }
  }
}
