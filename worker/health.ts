/** Whether the parts that many rooms share are there. Each is asked a trivial question, with a time limit of its own. */
import type { CallContent } from '../shared/calls.ts';
import { done, fail, type Outcome } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { within } from '../shared/within.ts';

async function answers(milliseconds: number, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(milliseconds, ask());
    return true;
  } catch {
    return false;
  }
}

/** @returns `unavailable` (503), with a text that says which part does not answer */
export async function health(env: Env): Promise<Outcome<CallContent<'health'>>> {
  const [directory, kv] = await Promise.all([
    answers(limits.healthDirectoryMs, () => env.ROOM_DIRECTORY.getByName('rooms').isWell()),
    // No such key exists, so it costs least, and nobody's room is read.
    answers(limits.healthKvMs, () => env.CHATS.get('health')),
  ]);
  if (directory && kv) return done({ status: 'ok', directory: 'ok', kv: 'ok' });
  const silent = [...(directory ? [] : ['the directory']), ...(kv ? [] : ['KV'])].join(' and ');
  return fail('unavailable', { text: `Service unavailable: No answer from ${silent}`, retryAfter: 1 });
}
