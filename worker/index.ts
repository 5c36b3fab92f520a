/** The front door: every request gets an answer, in the envelope whatever goes wrong. */
import { fail } from '../shared/failures.ts';
import { addressOf } from './address.ts';
import { overdrawn } from './allowance.ts';
import { reasonOf, refuse } from './answers.ts';
import type { CallContext } from './handlers.ts';
import { preflight, withCors } from './origins.ts';
import { recordError, recordRequest } from './record.ts';
import { patternOf, route } from './router.ts';
import { withSafeguards } from './safeguards.ts';

export { ChatRoom } from '../objects/chat-room/index.ts';
export { RoomDirectory } from '../objects/room-directory/index.ts';
export { UserSessions } from '../objects/user-sessions/index.ts';

async function answer(request: Request, context: CallContext): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight();
  return (await overdrawn(request, context.env, context.address)) ?? route(request, context);
}

/** What the runtime says of an error from an object (`retryable`, `overloaded`). */
interface ObjectError extends Error {
  retryable?: boolean;
  overloaded?: boolean;
}

function explain(error: unknown): Response {
  const { retryable, overloaded } = (error instanceof Error ? error : {}) as Partial<ObjectError>;
  return refuse(retryable || overloaded ? fail('unavailable', { retryAfter: 1 }).failure : fail('internal').failure);
}

export default {
  async fetch(request, env) {
    const startedAt = Date.now();
    const requestId = crypto.randomUUID();
    const { method } = request;
    // HEAD is answered as GET would be, without the body.
    const asked = method === 'HEAD' ? new Request(request, { method: 'GET' }) : request;
    const response = await answer(asked, { env, address: addressOf(request, env), requestId }).catch(
      (error: unknown) => {
        recordError(env, 'request_failed', error, { requestId, route: patternOf(asked, undefined) });
        return explain(error);
      },
    );
    const failure = reasonOf(response);
    const { status: statusCode } = response;
    const taken = patternOf(asked, failure);
    recordRequest(env, { requestId, method, route: taken, statusCode, failure, ms: Date.now() - startedAt });
    const told = method === 'HEAD' ? new Response(null, response) : response;
    return withCors(request, env, withSafeguards(request, env, told), requestId);
  },
} satisfies ExportedHandler<Env>;
