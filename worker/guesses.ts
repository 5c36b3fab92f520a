/**
 * Wrong tokens over REST, counted by address: here, and through the rate-limit binding wherever else that address is
 * served. The rooms count for themselves what they are shown, over sockets too.
 */
import type { CallInput } from '../shared/calls.ts';
import type { EndpointName } from '../shared/endpoints.ts';
import type { FailureCode, Outcome } from '../shared/failures.ts';
import { Guesses } from '../shared/guesses.ts';
import { looksSigned } from '../shared/signed.ts';
import { listSourceHeader } from './list-from-kv.ts';

/** The calls whose `token` is a secret that is right or wrong; elsewhere it is whoever's it is. */
const guarded: ReadonlySet<EndpointName> = new Set([
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

const wrong: ReadonlySet<FailureCode> = new Set([
  'not_admin',
  'not_moderator',
  'not_operator',
  'not_yours',
  'private_room',
]);

/** As a handler answers. */
interface Answer {
  content: unknown;
  headers?: Record<string, string>;
}

interface Shown {
  token?: string | undefined;
  adminToken?: string | undefined;
}

let guesses: Guesses | undefined;

/** The guesses of this isolate. */
function guessesOf(env: Env): Guesses {
  guesses ??= new Guesses({ isOn: env.RATE_LIMITS !== 'off', everywhere: env.GUESSES });
  return guesses;
}

/** Tokens that were shown with a list, by address; the oldest are forgotten. */
const listed = new Set<string>();
const listedMost = 1_000;

/** Whether that address has shown that token with a list before. */
function isListed(address: string, token: string): boolean {
  const shown = JSON.stringify([address, token]);
  if (listed.has(shown)) return true;
  listed.add(shown);
  if (listed.size > listedMost) for (const oldest of [...listed].slice(0, listedMost / 2)) listed.delete(oldest);
  return false;
}

/** The secret that a call shows, if any. */
function secretOf(name: EndpointName, { body, query, bearer }: CallInput<EndpointName>): string | undefined {
  const { token, adminToken } = { ...query, ...body } as Shown;
  return adminToken ?? (guarded.has(name) ? (bearer ?? token) : undefined);
}

/**
 * Whether an answer says that the secret was wrong: by its refusal, or by calling nobody an admin. A signed token is
 * somebody's or refused as such, and no guess; a join key that is right says nothing of a token.
 */
function isWrong(secret: string | undefined, outcome: Outcome<Answer>): boolean {
  const isSigned = secret !== undefined && looksSigned(secret);
  if (!outcome.ok) return wrong.has(outcome.failure.code) && (!isSigned || outcome.failure.code === 'private_room');
  if (secret === undefined || isSigned) return false;
  const { content, headers } = outcome.value;
  const { isAdmin, chats } = content as { isAdmin?: boolean; chats?: { isAdmin: boolean }[] };
  if (isAdmin === false) return true;
  // A list out of KV knows no admin.
  return chats !== undefined && !chats.some((chat) => chat.isAdmin) && !(listSourceHeader in (headers ?? {}));
}

/**
 * Does a call, unless its address has shown too many wrong secrets.
 * @returns `too_many_guesses` (429) without doing it, where it shows another
 */
export async function guarding<T extends Answer>(
  name: EndpointName,
  input: CallInput<EndpointName>,
  { env, address }: { env: Env; address: string },
  work: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const secret = secretOf(name, input);
  if (secret === undefined && input.joinKey === undefined) return work();
  // A list shows some rooms of many: the same token with it again is no new guess.
  const isKnown = name === 'listRooms' && secret !== undefined && isListed(address, secret);
  if (isKnown) return work();
  return weighing(env, address, work, (outcome) => isWrong(secret, outcome));
}

/** Does what weighs a secret, at the cost of a guess, which is given back unless the secret was wrong. */
async function weighing<T>(
  env: Env,
  address: string,
  work: () => Promise<Outcome<T>>,
  wasWrong: (outcome: Outcome<T>) => boolean,
): Promise<Outcome<T>> {
  const guesses = guessesOf(env);
  const taken = guesses.take(address, Date.now());
  if (!taken.ok) return taken;
  const outcome = await work().catch((error: unknown) => {
    guesses.giveBack(address);
    throw error;
  });
  if (wasWrong(outcome)) await guesses.wrong(address, Date.now());
  else guesses.giveBack(address);
  return outcome;
}

/** As `guarding`, for a call beside the table, whose secret stands in the header alone. */
export async function guardingBearer<T>(
  token: string | undefined,
  { env, address }: { env: Env; address: string },
  work: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  if (token === undefined) return work();
  return weighing(env, address, work, (outcome) => !outcome.ok && wrong.has(outcome.failure.code));
}
