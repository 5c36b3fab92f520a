/**
 * How much an address may ask of the service a minute, whatever it asks for. The rate-limit binding counts, for each of
 * Cloudflare's locations and by approximation; where it fails the call is let through, since it only guards the rest.
 */
import { type Failure, fail } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { errorFields, logLine } from '../shared/log.ts';
import { refuse } from './answers.ts';
import { guessesOf } from './guesses.ts';
import { shownTokens } from './intake.ts';
import { isFile } from './pages.ts';
import { acceptAndClose, isUpgrade } from './socket.ts';

async function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/** Whether one of the tokens that the request shows is the operator's, who is exempt. That is no way to guess it. */
async function isOperators(request: Request, env: Env, address: string): Promise<boolean> {
  const { ADMIN_TOKEN: operatorToken } = env;
  const guesses = guessesOf(env);
  if (!operatorToken || !guesses.admit(address, Date.now()).ok) return false;
  const shown = await shownTokens(request);
  if (shown.length === 0) return false;
  const expected = await digest(operatorToken);
  for (const token of shown) if (crypto.subtle.timingSafeEqual(await digest(token), expected)) return true;
  guesses.wrong(address, Date.now());
  return false;
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
  await request.body?.pipeTo(new WritableStream());
  return isUpgrade(request) ? acceptAndClose(failure) : refuse(failure);
}

/**
 * Charges a request to the allowance of its address.
 * @returns the refusal, where the allowance is used up
 */
export async function overdrawn(request: Request, env: Env, address: string): Promise<Response | undefined> {
  if (env.RATE_LIMITS === 'off' || isFile(request)) return undefined;
  const isCreation = request.method === 'POST' && /^\/chat\/new\/*$/.test(new URL(request.url).pathname);
  if (await isWithin(isCreation ? env.CREATIONS : env.CALLS, address)) return undefined;
  if (await isOperators(request, env, address)) return undefined;
  return tell(request, fail('rate_limited', { retryAfter: limits.allowanceSeconds }).failure);
}
