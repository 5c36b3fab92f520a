/** Entry point of the Worker: every request gets a response, even if its handler throws, and is logged. */
import { fail } from '../shared/failures.ts';
import type { RequestContext } from './call-context.ts';
import { clientAddress } from './client-address.ts';
import { preflight, withCors } from './cors.ts';
import { logError, logRequest } from './request-log.ts';
import { errorResponse, failureOf } from './responses.ts';
import { route, routePattern } from './router.ts';
import { withSecurityHeaders } from './security-headers.ts';

export { ChatRoom } from '../objects/chat-room/index.ts';
export { RoomDirectory } from '../objects/room-directory/index.ts';
export { UserSessions } from '../objects/user-sessions/index.ts';

async function handleRequest(request: Request, context: RequestContext): Promise<Response> {
  return request.method === 'OPTIONS' ? preflight() : route(request, context);
}

/** An error thrown by a Durable Object. The runtime sets `retryable` and `overloaded`. */
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
    // A HEAD request is handled as a GET request, and the response is sent without its body.
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
