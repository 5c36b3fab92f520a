/**
 * Wrong tokens over REST, counted by address: here, and through the rate-limit binding wherever else that address is
 * served. The rooms count for themselves what they are shown, over sockets too.
 */
import type { CallInput } from '../shared/calls.ts';
import type { EndpointName } from '../shared/endpoints.ts';
import type { FailureCode, Outcome } from '../shared/failures.ts';
import { Guesses } from '../shared/guesses.ts';
import { looksSigned } from '../shared/signed.ts';

/** The calls whose `token` is a secret that is right or wrong; elsewhere it is whoever's it is. */
const guarded: ReadonlySet<EndpointName> = new Set([
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

const wrong: ReadonlySet<FailureCode> = new Set(['not_admin', 'not_moderator', 'not_operator', 'not_yours']);

interface Shown {
  token?: string | undefined;
  adminToken?: string | undefined;
}

let guesses: Guesses | undefined;

/** The guesses of this isolate. */
export function guessesOf(env: Env): Guesses {
  guesses ??= new Guesses({ isOn: env.RATE_LIMITS !== 'off', everywhere: env.GUESSES });
  return guesses;
}

/** The secret that a call shows, if any. */
function secretOf(name: EndpointName, { body, query, bearer }: CallInput<EndpointName>): string | undefined {
  const { token, adminToken } = { ...query, ...body } as Shown;
  return adminToken ?? (guarded.has(name) ? (bearer ?? token) : undefined);
}

/** Whether an answer says that the secret was wrong: by its refusal, or by calling nobody an admin. */
function isWrong(secret: string, outcome: Outcome<{ content: unknown }>): boolean {
  if (!outcome.ok) return wrong.has(outcome.failure.code);
  // A genuine signed token is nobody's admin token, and no guess.
  if (looksSigned(secret)) return false;
  const { isAdmin, chats } = outcome.value.content as { isAdmin?: boolean; chats?: { isAdmin: boolean }[] };
  return isAdmin === false || (chats !== undefined && !chats.some((chat) => chat.isAdmin));
}

/**
 * Does a call, unless its address has shown too many wrong secrets.
 * @returns `too_many_guesses` (429) without doing it, where it shows another
 */
export async function guarding<T extends { content: unknown }>(
  name: EndpointName,
  input: CallInput<EndpointName>,
  { env, address }: { env: Env; address: string },
  work: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const secret = secretOf(name, input);
  if (secret === undefined) return work();
  const admitted = guessesOf(env).admit(address, Date.now());
  if (!admitted.ok) return admitted;
  const outcome = await work();
  if (isWrong(secret, outcome)) guessesOf(env).wrong(address, Date.now());
  return outcome;
}
