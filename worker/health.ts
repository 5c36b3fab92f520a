/** Health of the parts that all rooms share: each gets a trivial request with its own timeout. */
import type { CallContent } from '../shared/call-types.ts';
import { fail, ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import { withTimeout } from '../shared/timeout.ts';

async function responds(milliseconds: number, request: () => Promise<unknown>): Promise<boolean> {
  try {
    await withTimeout(milliseconds, request());
    return true;
  } catch {
    return false;
  }
}

/** @returns `unavailable` (503) with a text that names the parts that do not respond */
export async function health(env: Env): Promise<Result<CallContent<'health'>>> {
  const [directory, kv] = await Promise.all([
    responds(limits.http.healthDirectoryTimeoutMs, () => env.ROOM_DIRECTORY.getByName('rooms').isHealthy()),
    // The key does not exist, so the read is cheap and returns no room.
    responds(limits.http.healthKvTimeoutMs, () => env.CHATS.get('health')),
  ]);
  if (directory && kv) return ok({ status: 'ok', directory: 'ok', kv: 'ok' });
  const unavailable = [...(directory ? [] : ['the directory']), ...(kv ? [] : ['KV'])].join(' and ');
  return fail('unavailable', { text: `Service unavailable: No answer from ${unavailable}`, retryAfter: 1 });
}
