/** The front door: every request gets an answer, in the envelope whatever goes wrong. */
import { fail } from '../shared/failures.ts';
import { clientAddress } from './client-address.ts';
import { preflight, withCors } from './cors.ts';
import type { CallContext } from './handlers.ts';
import { checkRateLimit } from './rate-limit.ts';
import { logError, logRequest } from './request-log.ts';
import { errorResponse, failureOf } from './responses.ts';
import { route, routePattern } from './router.ts';
import { withSecurityHeaders } from './security-headers.ts';

export { ChatRoom } from '../objects/chat-room/index.ts';
export { RoomDirectory } from '../objects/room-directory/index.ts';
export { UserSessions } from '../objects/user-sessions/index.ts';

async function handleRequest(request: Request, context: CallContext): Promise<Response> {
  if (request.method === 'OPTIONS') return preflight();
  return (await checkRateLimit(request, context.env, context.address)) ?? route(request, context);
}

/** What the runtime says of an error from an object (`retryable`, `overloaded`). */
interface ObjectError extends Error {
  retryable?: boolean;
  overloaded?: boolean;
}

function toErrorResponse(error: unknown): Response {
  const { retryable, overloaded } = (error instanceof Error ? error : {}) as Partial<ObjectError>;
  return errorResponse(
    retryable || overloaded ? fail('unavailable', { retryAfter: 1 }).failure : fail('internal').failure,
  );
}

export default {
  async fetch(request, env) {
    const startedAt = Date.now();
    const requestId = crypto.randomUUID();
    const { method } = request;
    // HEAD is answered as GET would be, without the body.
    const getRequest = method === 'HEAD' ? new Request(request, { method: 'GET' }) : request;
    const response = await handleRequest(getRequest, { env, address: clientAddress(request, env), requestId }).catch(
      (error: unknown) => {
        logError(env, 'request_failed', error, { requestId, route: routePattern(getRequest, undefined) });
        return toErrorResponse(error);
      },
    );
    const failure = failureOf(response);
    const { status: statusCode } = response;
    const routeName = routePattern(getRequest, failure);
    logRequest(env, { requestId, method, route: routeName, statusCode, failure, ms: Date.now() - startedAt });
    const finalResponse = method === 'HEAD' ? new Response(null, response) : response;
    return withCors(request, env, withSecurityHeaders(request, env, finalResponse), requestId);
  },
} satisfies ExportedHandler<Env>;
