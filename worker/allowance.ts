/**
 * How much an address may ask of the service a minute, whatever it asks for. The rate-limit binding counts, for each of
 * Cloudflare's locations and by approximation; where it fails the call is let through, since it only guards the rest.
 */
import { type Failure, fail } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { Pace } from '../shared/pace.ts';
import { refuse } from './answers.ts';
import { shownTokens } from './intake.ts';
import { isFile } from './pages.ts';
import { acceptAndClose, isUpgrade } from './socket.ts';

const perMinute = (guesses: number) => ({ burst: guesses, perSecond: guesses / 60 });

/** Wrong guesses at the operator's token by those who are over their allowance: the exemption is no way to try it. */
const guesses = new Pace(perMinute(limits.guessesPerMinute));

async function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

/** Whether one of the tokens that the request shows is the operator's, who is exempt. */
async function isOperators(request: Request, address: string, operatorToken: string | undefined): Promise<boolean> {
  if (!operatorToken || guesses.isSpent(address, Date.now()) !== undefined) return false;
  const shown = await shownTokens(request);
  if (shown.length === 0) return false;
  const expected = await digest(operatorToken);
  for (const token of shown) if (crypto.subtle.timingSafeEqual(await digest(token), expected)) return true;
  guesses.charge(address, Date.now());
  return false;
}

async function isWithin(limit: RateLimit | undefined, key: string): Promise<boolean> {
  try {
    return !limit || (await limit.limit({ key })).success;
  } catch (error) {
    console.error(JSON.stringify({ event: 'rate_limit_failed', error: String(error) }));
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
  if (await isOperators(request, address, env.ADMIN_TOKEN)) return undefined;
  return tell(request, fail('rate_limited', { retryAfter: limits.allowanceSeconds }).failure);
}
