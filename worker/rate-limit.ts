/**
 * How much an address may ask of the service a minute, whatever it asks for. The rate-limit binding counts, for each of
 * Cloudflare's locations and by approximation; where it fails the call is let through, since it only guards the rest.
 */
import { type Failure, fail } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { errorFields, logLine } from '../shared/log.ts';
import { TokenBucket } from '../shared/token-bucket.ts';
import { bearerOf } from './read-request.ts';
import { errorResponse } from './responses.ts';
import { acceptAndClose, isWebSocketUpgrade } from './websocket.ts';

async function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/** Tries at the operator's token by those who are over their allowance: the exemption is no way to guess it. */
const operatorGuesses = new TokenBucket({ burst: limits.guessesPerMinute, perSecond: limits.guessesPerMinute / 60 });

/** Whether the request bears the operator's token in its header: they are exempt. */
async function hasOperatorToken(request: Request, { ADMIN_TOKEN }: Env, address: string): Promise<boolean> {
  const presented = bearerOf(request);
  if (!ADMIN_TOKEN || presented === undefined || operatorGuesses.charge(address, Date.now()) !== undefined)
    return false;
  const isMatch = crypto.subtle.timingSafeEqual(await sha256(presented), await sha256(ADMIN_TOKEN));
  if (isMatch) operatorGuesses.refund(address);
  return isMatch;
}

async function isWithinLimit(limit: RateLimit | undefined, key: string): Promise<boolean> {
  try {
    return !limit || (await limit.limit({ key })).success;
  } catch (error) {
    console.error(logLine('rate_limit_failed', errorFields(error)));
    return true;
  }
}

/** Tells it once the request was read to its end, since an answer before that may look like a broken connection. */
async function rejectAfterBody(request: Request, failure: Failure): Promise<Response> {
  // Who breaks off meanwhile hears nothing anyway.
  await request.body?.pipeTo(new WritableStream()).catch(() => undefined);
  return isWebSocketUpgrade(request) ? acceptAndClose(failure) : errorResponse(failure);
}

/**
 * Charges a request to the allowance of its address.
 * @returns the refusal, where the allowance is used up
 */
export async function checkRateLimit(request: Request, env: Env, address: string): Promise<Response | undefined> {
  if (env.RATE_LIMITS === 'off') return undefined;
  const isCreation = request.method === 'POST' && /^\/chat\/new\/*$/.test(new URL(request.url).pathname);
  if (await isWithinLimit(isCreation ? env.CREATIONS : env.CALLS, address)) return undefined;
  if (await hasOperatorToken(request, env, address)) return undefined;
  return rejectAfterBody(request, fail('rate_limited', { retryAfter: limits.rateLimitWindowSeconds }).failure);
}
