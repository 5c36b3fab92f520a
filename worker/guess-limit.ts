/**
 * Limits wrong secrets per address over REST: in this isolate, and across isolates through the rate-limit binding. Each
 * room also counts the wrong secrets that it receives, over REST and sockets.
 */
import type { CallName } from '../shared/all-endpoints.ts';
import type { CallInput } from '../shared/call-types.ts';
import type { Endpoint } from '../shared/endpoints.ts';
import type { FailureCode, Result } from '../shared/failures.ts';
import { GuessLimiter } from '../shared/guess-limiter.ts';
import { looksLikeJwt } from '../shared/jwt-shape.ts';
import type { RequestContext } from './call-context.ts';

const wrongSecretFailures: ReadonlySet<FailureCode> = new Set([
  'not_admin',
  'not_moderator',
  'not_operator',
  'not_yours',
  'private_room',
]);

interface SecretFields {
  token?: string | undefined;
  adminToken?: string | undefined;
}

let isolateGuessLimiter: GuessLimiter | undefined;

/** The limiter of this isolate. */
function guessLimiterOf(env: Env): GuessLimiter {
  isolateGuessLimiter ??= new GuessLimiter({ isEnabled: env.RATE_LIMITS !== 'off', globalLimit: env.GUESSES });
  return isolateGuessLimiter;
}

/** Tokens sent to endpoints that count only the first call, with the sender's address; the oldest are dropped. */
const seenTokens = new Set<string>();
const seenTokensMax = 1_000;

/** Whether the address has sent the token to such an endpoint before. */
function wasSeen(address: string, token: string): boolean {
  const addressAndToken = JSON.stringify([address, token]);
  if (seenTokens.has(addressAndToken)) return true;
  seenTokens.add(addressAndToken);
  if (seenTokens.size > seenTokensMax)
    for (const oldest of [...seenTokens].slice(0, seenTokensMax / 2)) seenTokens.delete(oldest);
  return false;
}

/** The secret of a call, if it has one. */
function presentedSecret({ guesses }: Endpoint, { body, query, bearer }: CallInput<CallName>): string | undefined {
  const { token, adminToken } = { ...query, ...body } as SecretFields;
  return adminToken ?? (guesses ? (bearer ?? token) : undefined);
}

/**
 * Whether the result of a call shows that its secret was wrong. A signed token is verified, so it is not a guess,
 * except on endpoints that accept no signed tokens; a valid join key does not show whether a token is valid.
 */
function isWrongSecret(secret: string | undefined, { guesses }: Endpoint, result: Result<object>): boolean {
  const isJwt = secret !== undefined && guesses !== 'all' && looksLikeJwt(secret);
  if (!result.ok)
    return wrongSecretFailures.has(result.failure.code) && (!isJwt || result.failure.code === 'private_room');
  return secret !== undefined && !isJwt && 'wrongSecret' in result.value && result.value.wrongSecret === true;
}

/**
 * Does a call at the cost of a guess, which is refunded unless the secret was wrong. Calls without a secret are free.
 * @returns the result of `work`, or `too_many_guesses` (429) without calling it
 */
export async function withGuessLimit<T extends object>(
  endpoint: Endpoint,
  input: CallInput<CallName>,
  { env, address }: RequestContext,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const secret = presentedSecret(endpoint, input);
  if (secret === undefined && input.joinKey === undefined) return work();
  if (endpoint.guesses === 'first' && secret !== undefined && wasSeen(address, secret)) return work();
  const guessLimiter = guessLimiterOf(env);
  const charged = guessLimiter.charge(address, Date.now());
  if (!charged.ok) return charged;
  const result = await work().catch((error: unknown) => {
    guessLimiter.refund(address);
    throw error;
  });
  if (isWrongSecret(secret, endpoint, result)) await guessLimiter.recordWrong(address, Date.now());
  else guessLimiter.refund(address);
  return result;
}
