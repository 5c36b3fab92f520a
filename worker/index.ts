/** The front door: every request gets an answer, in the envelope whatever goes wrong. */
import { fail } from '../shared/failures.ts';
import { addressOf } from './address.ts';
import { overdrawn } from './allowance.ts';
import { refuse } from './answers.ts';
import { preflight, withCors } from './origins.ts';
import { route } from './router.ts';

export { ChatRoom } from '../objects/chat-room/index.ts';
export { RoomDirectory } from '../objects/room-directory/index.ts';
export { UserSessions } from '../objects/user-sessions/index.ts';

/** HEAD is answered as GET would be, without the body. */
async function answer(request: Request, env: Env): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight();
  if (request.method !== 'HEAD') {
    const address = addressOf(request, env);
    return (await overdrawn(request, env, address)) ?? route(request, { env, address });
  }
  const response = await answer(new Request(request, { method: 'GET' }), env);
  return new Response(null, response);
}

/** What the runtime says of an error from an object (`retryable`, `overloaded`). */
interface ObjectError extends Error {
  retryable?: boolean;
  overloaded?: boolean;
}

function explain(error: unknown): Response {
  const { retryable, overloaded } = (error instanceof Error ? error : {}) as Partial<ObjectError>;
  console.error(JSON.stringify({ event: 'request_failed', error: String(error), retryable, overloaded }));
  return refuse(retryable || overloaded ? fail('unavailable', { retryAfter: 1 }).failure : fail('internal').failure);
}

export default {
  async fetch(request, env) {
    const response = await answer(request, env).catch(explain);
    return withCors(request, env, response);
  },
} satisfies ExportedHandler<Env>;
