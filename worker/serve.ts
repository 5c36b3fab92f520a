/** The steps of every call: read the input, charge the guess limit, call the handler, build the response. */
import { allEndpoints, type CallName } from '../shared/all-endpoints.ts';
import type { CallInput } from '../shared/call-types.ts';
import type { Endpoint } from '../shared/endpoints.ts';
import type { Result } from '../shared/failures.ts';
import { joinKeyHeader } from '../shared/paths.ts';
import type { CallContext, Caller, HandlerResponse, RequestContext } from './call-context.ts';
import { withGuessLimit } from './guess-limit.ts';
import { handlers } from './handlers.ts';
import { drainBody, readCallInput } from './read-request.ts';
import { errorResponse, jsonResponse } from './responses.ts';

/** Fields that calls about a room have in common. */
interface CommonFields {
  token?: string;
  adminToken?: string;
  name?: string;
  link?: string;
  content?: { link?: string };
}

function callerOf({ body, bearer, joinKey }: CallInput<CallName>, address: string): Caller {
  const { token, adminToken, name } = body as CommonFields;
  return { token: token ?? bearer, adminToken, name, address, joinKey };
}

/** The link of the room that a call is about. */
function linkOf({ link }: Endpoint, { params, body }: CallInput<CallName>): string | undefined {
  const fields = body as CommonFields;
  if (link === 'path') return (params as CommonFields).link;
  return link === 'body' ? fields.link : fields.content?.link;
}

async function callHandler<K extends CallName>(
  name: K,
  request: Request,
  params: Record<string, string>,
  context: RequestContext,
): Promise<Result<HandlerResponse<K>>> {
  const endpoint: Endpoint = allEndpoints[name];
  const input = await readCallInput(name, request, params);
  if (!input.ok) return input;
  return withGuessLimit(endpoint, input.value, context, () => {
    const link = endpoint.link && linkOf(endpoint, input.value);
    const room = link === undefined ? undefined : context.env.CHAT_ROOM.getByName(link);
    const caller = callerOf(input.value, context.address);
    return handlers[name](input.value, { ...context, request, caller, room } as CallContext<K>);
  });
}

/** Responses to calls with a secret are for the caller only. Others can be stored, but must be revalidated. */
function cacheControl(request: Request): string {
  const { headers, url } = request;
  const hasSecret =
    headers.has('Authorization') || headers.has(joinKeyHeader) || new URL(url).searchParams.has('token');
  return hasSecret || request.method !== 'GET' ? 'private, no-store' : 'no-cache';
}

/**
 * Serves a call.
 * @param params the parts of the path, percent-encoded, as the router passes them
 */
export async function serve<K extends CallName>(
  name: K,
  request: Request,
  params: Record<string, string>,
  context: RequestContext,
): Promise<Response> {
  const endpoint: Endpoint = allEndpoints[name];
  const result = await callHandler(name, request, params, context);
  if (endpoint.streamsBody) await drainBody(request);
  if (!result.ok) return errorResponse(result.failure);
  if (endpoint.isRaw) return result.value as Response;
  const { statusCode, content, headers } = result.value as Exclude<HandlerResponse<CallName>, Response>;
  return jsonResponse(statusCode, content, { 'Cache-Control': cacheControl(request), ...headers });
}
