/**
 * Wrong tokens over REST, counted by address: here, and through the rate-limit binding wherever else that address is
 * served. The rooms count for themselves what they are shown, over sockets too.
 */
import type { CallInput } from '../shared/call-types.ts';
import type { EndpointName } from '../shared/endpoints.ts';
import type { FailureCode, Result } from '../shared/failures.ts';
import { GuessLimiter } from '../shared/guess-limiter.ts';
import { looksLikeJwt } from '../shared/jwt-shape.ts';
import { listSourceHeader } from './list-from-kv.ts';

/** The calls whose `token` is a secret that is right or wrong; elsewhere it is whoever's it is. */
const callsWithSecret: ReadonlySet<EndpointName> = new Set([
  'createInvitation',
  'deleteChatHistory',
  'deleteRoom',
  'getAllSessions',
  'getChatHistory',
  'getModeration',
  'getRoom',
  'issueToken',
  'listRooms',
  'rebuildDirectory',
  'storeChatMessage',
  'updateRoom',
]);

const wrongSecretFailures: ReadonlySet<FailureCode> = new Set([
  'not_admin',
  'not_moderator',
  'not_operator',
  'not_yours',
  'private_room',
]);

/** As a handler answers. */
interface HandlerResponse {
  content: unknown;
  headers?: Record<string, string>;
}

interface SecretFields {
  token?: string | undefined;
  adminToken?: string | undefined;
}

let isolateGuessLimiter: GuessLimiter | undefined;

/** The guesses of this isolate. */
function guessLimiterOf(env: Env): GuessLimiter {
  isolateGuessLimiter ??= new GuessLimiter({ isEnabled: env.RATE_LIMITS !== 'off', globalLimit: env.GUESSES });
  return isolateGuessLimiter;
}

/** Tokens that were shown with a list, by address; the oldest are forgotten. */
const seenWithList = new Set<string>();
const seenWithListMax = 1_000;

/** Whether that address has shown that token with a list before. */
function wasSeenWithList(address: string, token: string): boolean {
  const addressAndToken = JSON.stringify([address, token]);
  if (seenWithList.has(addressAndToken)) return true;
  seenWithList.add(addressAndToken);
  if (seenWithList.size > seenWithListMax)
    for (const oldest of [...seenWithList].slice(0, seenWithListMax / 2)) seenWithList.delete(oldest);
  return false;
}

/** The secret that a call shows, if any. */
function presentedSecret(name: EndpointName, { body, query, bearer }: CallInput<EndpointName>): string | undefined {
  const { token, adminToken } = { ...query, ...body } as SecretFields;
  return adminToken ?? (callsWithSecret.has(name) ? (bearer ?? token) : undefined);
}

/**
 * Whether an answer says that the secret was wrong: by its refusal, or by calling nobody an admin. A signed token is
 * somebody's or refused as such, and no guess; a join key that is right says nothing of a token.
 */
function isWrongSecret(secret: string | undefined, result: Result<HandlerResponse>): boolean {
  const isJwt = secret !== undefined && looksLikeJwt(secret);
  if (!result.ok)
    return wrongSecretFailures.has(result.failure.code) && (!isJwt || result.failure.code === 'private_room');
  if (secret === undefined || isJwt) return false;
  const { content, headers } = result.value;
  const { isAdmin, chats } = content as { isAdmin?: boolean; chats?: { isAdmin: boolean }[] };
  if (isAdmin === false) return true;
  // A list out of KV knows no admin.
  return chats !== undefined && !chats.some((chat) => chat.isAdmin) && !(listSourceHeader in (headers ?? {}));
}

/**
 * Does a call, unless its address has shown too many wrong secrets.
 * @returns `too_many_guesses` (429) without doing it, where it shows another
 */
export async function withGuessLimit<T extends HandlerResponse>(
  name: EndpointName,
  input: CallInput<EndpointName>,
  { env, address }: { env: Env; address: string },
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const secret = presentedSecret(name, input);
  if (secret === undefined && input.joinKey === undefined) return work();
  // A list shows some rooms of many: the same token with it again is no new guess.
  const wasSeen = name === 'listRooms' && secret !== undefined && wasSeenWithList(address, secret);
  if (wasSeen) return work();
  return chargeGuess(env, address, work, (result) => isWrongSecret(secret, result));
}

/** Does what weighs a secret, at the cost of a guess, which is given back unless the secret was wrong. */
async function chargeGuess<T>(
  env: Env,
  address: string,
  work: () => Promise<Result<T>>,
  isWrong: (result: Result<T>) => boolean,
): Promise<Result<T>> {
  const guessLimiter = guessLimiterOf(env);
  const charged = guessLimiter.charge(address, Date.now());
  if (!charged.ok) return charged;
  const result = await work().catch((error: unknown) => {
    guessLimiter.refund(address);
    throw error;
  });
  if (isWrong(result)) await guessLimiter.recordWrong(address, Date.now());
  else guessLimiter.refund(address);
  return result;
}

/** As `guarding`, for a call beside the table, whose secret stands in the header alone. */
export async function withBearerGuessLimit<T>(
  token: string | undefined,
  { env, address }: { env: Env; address: string },
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  if (token === undefined) return work();
  return chargeGuess(env, address, work, (result) => !result.ok && wrongSecretFailures.has(result.failure.code));
}
