/** Signed tokens: valid ones, signed with the service's private key, and forged ones. */
import { env } from 'cloudflare:workers';
import { exportJWK, generateKeyPair, importPKCS8, type JWTPayload, SignJWT } from 'jose';

const issuer = 'https://issuer.example';
const audience = 'flexio';

/** Claims, header fields and key of a token. Fields that are undefined are left out. */
export interface SignOptions {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
}

/** The private key whose signatures the service accepts. */
function trustedKey(): Promise<CryptoKey> {
  return importPKCS8(env.JWT_PRIVATE_KEY ?? '', 'EdDSA');
}

/** A time as tokens contain it, in seconds since 1970. @param seconds from now */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

/** Signs a token that is valid except for the given claims, header fields and key. */
export async function sign({ claims = {}, header = {}, key }: SignOptions = {}): Promise<string> {
  const payload: JWTPayload = {
    sub: 'alice',
    iss: issuer,
    aud: audience,
    iat: secondsFromNow(0),
    exp: secondsFromNow(3_600),
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', ...header } as { alg: string })
    .sign(key ?? (await trustedKey()), { crit: { b64: true, exotic: true } });
}

/** Encodes one part of a token. */
function encode(part: string | Uint8Array): string {
  return Buffer.from(part).toString('base64url');
}

/** Builds a token from its parts. @param signature already encoded */
function assemble(header: unknown, payload: unknown, signature: string): string {
  return [encode(JSON.stringify(header)), encode(JSON.stringify(payload)), signature].join('.');
}

/** Replaces the header (0), payload (1) or signature (2) of a token. */
function swap(token: string, part: 0 | 1 | 2, by: string): string {
  return token.split('.').with(part, by).join('.');
}

/** Tokens that must be refused, by what is wrong with each. */
export async function forgedTokens(): Promise<Record<string, string>> {
  const valid = await sign();
  const [, , signature = ''] = valid.split('.');
  const payload = { sub: 'alice', iss: issuer, aud: audience, exp: secondsFromNow(3_600) };
  const pem = env.JWT_PUBLIC_KEY ?? '';
  const spki = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  const bytes: Uint8Array = Buffer.from(signature, 'base64url');
  const generated = await generateKeyPair('EdDSA', { extractable: true });
  const [es256, es384, rs256, ps256] = await Promise.all(
    ['ES256', 'ES384', 'RS256', 'PS256'].map(async (alg) => (await generateKeyPair(alg)).privateKey),
  );
  const jwk = await exportJWK(generated.publicKey);
  const otherKey = { key: generated.privateKey };
  const hmac = (alg: string, secret: Uint8Array | string) =>
    sign({ header: { alg }, key: typeof secret === 'string' ? new TextEncoder().encode(secret) : secret });
  const withClaims = (claims: Record<string, unknown>) => sign({ claims });

  return {
    'alg none without a signature': assemble({ alg: 'none' }, payload, ''),
    'alg none with a signature': assemble({ alg: 'none' }, payload, signature),
    'alg None': assemble({ alg: 'None' }, payload, ''),
    'alg NONE': assemble({ alg: 'NONE' }, payload, ''),
    'alg nOnE': assemble({ alg: 'nOnE' }, payload, ''),
    'HS256 with the PEM of the public key': await hmac('HS256', pem),
    'HS256 with the PEM without its last line break': await hmac('HS256', pem.trim()),
    'HS256 with the bytes of the public key': await hmac('HS256', spki),
    'HS256 with the raw public key': await hmac('HS256', spki.subarray(-32)),
    'HS384 with the PEM of the public key': await hmac('HS384', pem),
    'HS512 with the PEM of the public key': await hmac('HS512', pem),
    'HS256 with an empty secret': await hmac('HS256', new Uint8Array(32)),
    'signed with another key': await sign(otherKey),
    'signed with another key, included as jwk': await sign({ ...otherKey, header: { jwk } }),
    'signed with another key, with a jku': await sign({ ...otherKey, header: { jku: 'https://evil.example/jwks' } }),
    'signed with another key, with an x5u': await sign({ ...otherKey, header: { x5u: 'https://evil.example/cert' } }),
    'signed with another key, with an x5c': await sign({ ...otherKey, header: { x5c: [encode('certificate')] } }),
    'signed with another key, with a kid that is a path': await sign({
      ...otherKey,
      header: { kid: '../../dev/null' },
    }),
    'signed with another key, with a kid that is SQL': await sign({ ...otherKey, header: { kid: "' OR 1=1 --" } }),
    ES256: await sign({ header: { alg: 'ES256' }, ...(es256 && { key: es256 }) }),
    ES384: await sign({ header: { alg: 'ES384' }, ...(es384 && { key: es384 }) }),
    RS256: await sign({ header: { alg: 'RS256' }, ...(rs256 && { key: rs256 }) }),
    PS256: await sign({ header: { alg: 'PS256' }, ...(ps256 && { key: ps256 }) }),
    'an alg other than that of the signature': swap(valid, 0, encode('{"alg":"ES256"}')),
    'alg Ed25519': swap(valid, 0, encode('{"alg":"Ed25519"}')),
    'alg eddsa': swap(valid, 0, encode('{"alg":"eddsa"}')),
    'alg with a space': swap(valid, 0, encode('{"alg":"EdDSA "}')),
    'alg null': swap(valid, 0, encode('{"alg":null}')),
    'alg a number': swap(valid, 0, encode('{"alg":256}')),
    'alg a list': swap(valid, 0, encode('{"alg":["EdDSA"]}')),
    'alg empty': swap(valid, 0, encode('{"alg":""}')),
    'alg twice': swap(valid, 0, encode('{"alg":"EdDSA","alg":"none"}')),
    'a changed header': swap(valid, 0, encode('{"alg":"EdDSA","typ":"JWT"}')),
    'an unknown crit': await sign({ header: { crit: ['exotic'], exotic: true } }),
    'an empty crit': swap(valid, 0, encode('{"alg":"EdDSA","crit":[]}')),
    'a payload that is not encoded': await sign({ header: { b64: false, crit: ['b64'] } }).catch(() =>
      swap(valid, 0, encode('{"alg":"EdDSA","b64":false,"crit":["b64"]}')),
    ),
    'expired a second ago': await withClaims({ exp: secondsFromNow(-1) }),
    'expired at this moment': await withClaims({ exp: secondsFromNow(0) }),
    'expired within the tolerance of iat': await withClaims({ exp: secondsFromNow(-30) }),
    'expired a year ago': await withClaims({ exp: secondsFromNow(-31_536_000) }),
    'exp beyond every date': await withClaims({ exp: 1e306 }),
    'exp 0': await withClaims({ exp: 0 }),
    'exp negative': await withClaims({ exp: -1 }),
    'exp a text': await withClaims({ exp: String(secondsFromNow(3_600)) }),
    'exp null': await withClaims({ exp: null }),
    'exp a list': await withClaims({ exp: [secondsFromNow(3_600)] }),
    'no exp': await withClaims({ exp: undefined }),
    'not valid for another hour': await withClaims({ nbf: secondsFromNow(3_600) }),
    'nbf a text': await withClaims({ nbf: 'now' }),
    'issued in the future': await withClaims({ iat: secondsFromNow(3_600) }),
    'iat a text': await withClaims({ iat: 'now' }),
    'another issuer': await withClaims({ iss: 'https://other.example' }),
    'no issuer': await withClaims({ iss: undefined }),
    'an issuer with a slash': await withClaims({ iss: `${issuer}/` }),
    'an issuer in capitals': await withClaims({ iss: issuer.toUpperCase() }),
    'a list of issuers': await withClaims({ iss: [issuer] }),
    'another audience': await withClaims({ aud: 'other' }),
    'no audience': await withClaims({ aud: undefined }),
    'audiences without the service': await withClaims({ aud: ['other', 'more'] }),
    'an empty list of audiences': await withClaims({ aud: [] }),
    'a prefix of the audience': await withClaims({ aud: 'flex' }),
    'no sub': await withClaims({ sub: undefined }),
    'sub empty': await withClaims({ sub: '' }),
    'sub null': await withClaims({ sub: null }),
    'sub a number': await withClaims({ sub: 7 }),
    'sub with a space': await withClaims({ sub: 'alice bob' }),
    'sub with a line break': await withClaims({ sub: 'alice\n' }),
    'sub with a NUL': await withClaims({ sub: 'alice\0' }),
    'sub of 129 letters': await withClaims({ sub: 'a'.repeat(129) }),
    'sub with a non-ASCII letter': await withClaims({ sub: 'аlice' }),
    'no signature': swap(valid, 2, ''),
    'half a signature': swap(valid, 2, encode(bytes.subarray(0, 32))),
    'a signature with trailing bytes': swap(valid, 2, encode(Buffer.concat([bytes, bytes]))),
    'a signature of zeros': swap(valid, 2, encode(new Uint8Array(64))),
    'a signature with one bit flipped': swap(
      valid,
      2,
      encode(Uint8Array.from(bytes, (byte, place) => (place === 9 ? byte ^ 1 : byte))),
    ),
    'the signature of another token': swap(valid, 2, (await sign({ claims: { sub: 'bob' } })).split('.')[2] ?? ''),
    'a changed payload': swap(valid, 1, encode(JSON.stringify({ ...payload, sub: 'bob' }))),
    'an empty payload': swap(valid, 1, ''),
    'a payload that is not JSON': swap(valid, 1, encode('alice')),
    'a payload that is a list': swap(valid, 1, encode('[]')),
    'a payload that is null': swap(valid, 1, encode('null')),
  };
}
