/** The routes: every row of the endpoint table, the socket, the metrics and the pages of rooms, and an envelope for all else. */
import { Router } from 'itty-router';
import { type EndpointName, endpoints } from '../shared/endpoints.ts';
import { type FailureCode, fail } from '../shared/failures.ts';
import { exportPath, importPath, joinKeyHeader, metricsPath, socketPath } from '../shared/paths.ts';
import { exportRoom } from './export.ts';
import { withGuessLimit } from './guess-limit.ts';
import { type CallContext, handlers } from './handlers.ts';
import { cancelImport, importRoom } from './import.ts';
import { metrics } from './metrics.ts';
import { readCallInput } from './read-request.ts';
import { errorResponse, jsonResponse } from './responses.ts';
import { redirectToLobby, serveFile, serveRoomPage } from './static-site.ts';
import { forwardUpgrade } from './websocket.ts';

interface RoutedRequest extends Request {
  params: Record<string, string>;
  /** The pattern of the last route that matched. */
  route: string;
}

const endpointNames = Object.keys(endpoints) as EndpointName[];

async function handleCall<K extends EndpointName>(
  name: K,
  request: RoutedRequest,
  context: CallContext,
): Promise<Response> {
  const input = await readCallInput(name, request, request.params);
  if (!input.ok) return errorResponse(input.failure);
  const result = await withGuessLimit(name, input.value, context, () => handlers[name](input.value, context));
  if (!result.ok) return errorResponse(result.failure);
  const { statusCode, content, headers } = result.value;
  return jsonResponse(statusCode, content, { 'Cache-Control': cacheControl(request), ...headers });
}

/** An answer that depends on a token or a join key is for its asker alone; the others may be kept but must be checked again. */
function cacheControl(request: Request): string {
  const { headers, url } = request;
  const hasSecret =
    headers.has('Authorization') || headers.has(joinKeyHeader) || new URL(url).searchParams.has('token');
  return hasSecret || request.method !== 'GET' ? 'private, no-store' : 'no-cache';
}

function allowedMethods(path: string): string {
  const methods = endpointNames.filter((name) => endpoints[name].path === path).map((name) => endpoints[name].method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

const router = Router<RoutedRequest, [CallContext]>();

router.get(socketPath, (request, context) => forwardUpgrade(request, request.params.link ?? '', context));
router.all(socketPath, () => errorResponse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' }));
router.get(metricsPath, (request, context) => metrics(request, context, Date.now()));
router.all(metricsPath, () => errorResponse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' }));
router.get(exportPath, (request, context) => exportRoom(request, request.params.link ?? '', context));
router.all(exportPath, () => errorResponse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' }));
router.post(importPath, (request, context) => importRoom(request, request.params.link ?? '', context));
router.delete(importPath, (request, context) => cancelImport(request, request.params.link ?? '', context));
router.all(importPath, () => errorResponse(fail('method_not_allowed').failure, { Allow: 'POST, DELETE, OPTIONS' }));
router.get('/chat', redirectToLobby);
router.all('/chat/:link', (request, { env }) => {
  const page = serveRoomPage(request, env);
  if (page) request.route = 'file';
  return page;
});
for (const path of new Set(endpointNames.map((name) => endpoints[name].path))) {
  for (const name of endpointNames.filter((candidate) => endpoints[candidate].path === path)) {
    const route = { GET: router.get, POST: router.post, PUT: router.put, DELETE: router.delete }[
      endpoints[name].method
    ];
    route(path, (request: RoutedRequest, context: CallContext) => handleCall(name, request, context));
  }
  router.all(path, () => errorResponse(fail('method_not_allowed').failure, { Allow: allowedMethods(path) }));
}
router.all('/chat/*', () => errorResponse(fail('route_not_found').failure));
router.all('*', (request, { env }) => serveFile(request, env));

/** Finds the route of a request and answers it. */
export function route(request: Request, context: CallContext): Promise<Response> {
  return router.fetch(request as RoutedRequest, context);
}

/** Which route a request took: its pattern, `file`, or `none`. The path itself, in which links stand, is not told. */
export function routePattern(request: Request, failure: FailureCode | undefined): string {
  const { route: pattern = '' } = request as Partial<RoutedRequest>;
  if (pattern === '*' && failure === undefined) return 'file';
  return pattern === '' || pattern.endsWith('*') ? 'none' : pattern;
}
