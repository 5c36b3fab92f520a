/**
 * How much an address may ask of the service a minute, whatever it asks for. The rate-limit binding counts, for each of
 * Cloudflare's locations and by approximation; where it fails the call is let through, since it only guards the rest.
 */
import { type Failure, fail } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { errorFields, logLine } from '../shared/log.ts';
import { Pace } from '../shared/pace.ts';
import { refuse } from './answers.ts';
import { bearerOf } from './intake.ts';
import { acceptAndClose, isUpgrade } from './socket.ts';

async function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/** Tries at the operator's token by those who are over their allowance: the exemption is no way to guess it. */
const tries = new Pace({ burst: limits.guessesPerMinute, perSecond: limits.guessesPerMinute / 60 });

/** Whether the request bears the operator's token in its header: they are exempt. */
async function isOperators(request: Request, { ADMIN_TOKEN }: Env, address: string): Promise<boolean> {
  const shown = bearerOf(request);
  if (!ADMIN_TOKEN || shown === undefined || tries.charge(address, Date.now()) !== undefined) return false;
  const isRight = crypto.subtle.timingSafeEqual(await digest(shown), await digest(ADMIN_TOKEN));
  if (isRight) tries.refund(address);
  return isRight;
}

async function isWithin(limit: RateLimit | undefined, key: string): Promise<boolean> {
  try {
    return !limit || (await limit.limit({ key })).success;
  } catch (error) {
    console.error(logLine('rate_limit_failed', errorFields(error)));
    return true;
  }
}

/** Tells it once the request was read to its end, since an answer before that may look like a broken connection. */
async function tell(request: Request, failure: Failure): Promise<Response> {
  // Who breaks off meanwhile hears nothing anyway.
  await request.body?.pipeTo(new WritableStream()).catch(() => undefined);
  return isUpgrade(request) ? acceptAndClose(failure) : refuse(failure);
}

/**
 * Charges a request to the allowance of its address.
 * @returns the refusal, where the allowance is used up
 */
export async function overdrawn(request: Request, env: Env, address: string): Promise<Response | undefined> {
  if (env.RATE_LIMITS === 'off') return undefined;
  const isCreation = request.method === 'POST' && /^\/chat\/new\/*$/.test(new URL(request.url).pathname);
  if (await isWithin(isCreation ? env.CREATIONS : env.CALLS, address)) return undefined;
  if (await isOperators(request, env, address)) return undefined;
  return tell(request, fail('rate_limited', { retryAfter: limits.allowanceSeconds }).failure);
}
