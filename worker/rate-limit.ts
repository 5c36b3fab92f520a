/**
 * Limits of requests per address and minute. The rate-limit binding counts approximately, per Cloudflare location. A
 * request passes if the binding fails, because the limit only protects the rest of the service.
 */
import type { Endpoint } from '../shared/endpoints.ts';
import { type Failure, fail } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { errorFields, logLine } from '../shared/log-line.ts';
import { TokenBucket } from '../shared/token-bucket.ts';
import { bearerOf, drainBody } from './read-request.ts';
import { errorResponse } from './responses.ts';
import { acceptAndClose, isWebSocketUpgrade } from './websocket.ts';

async function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/**
 * Limits guesses of the operator token by addresses over their limit, because the exemption checks it before refusal.
 */
const operatorGuesses = new TokenBucket({
  burst: limits.rate.guessesPerMinute,
  perSecond: limits.rate.guessesPerMinute / 60,
});

/** Whether the request has the operator token in its header, which exempts it. */
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

async function rejectAfterBody(request: Request, failure: Failure): Promise<Response> {
  await drainBody(request);
  return isWebSocketUpgrade(request) ? acceptAndClose(failure) : errorResponse(failure);
}

/**
 * Charges a request to the limit of its address.
 * @param rateLimit `creations` for calls that create a room; all other requests share one limit
 * @returns `rate_limited` (429, or close code 4429 for a WebSocket upgrade) if the address is over the limit
 */
export async function checkRateLimit(
  request: Request,
  env: Env,
  address: string,
  rateLimit?: Endpoint['rateLimit'],
): Promise<Response | undefined> {
  if (env.RATE_LIMITS === 'off') return undefined;
  if (await isWithinLimit(rateLimit === 'creations' ? env.CREATIONS : env.CALLS, address)) return undefined;
  if (await hasOperatorToken(request, env, address)) return undefined;
  return rejectAfterBody(request, fail('rate_limited', { retryAfter: limits.rate.windowSeconds }).failure);
}
