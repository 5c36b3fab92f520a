/** The routes: every endpoint, the pages and files of the site, and a JSON failure for all other requests. */
import { Router } from 'itty-router';
import { allEndpoints, type CallName } from '../shared/all-endpoints.ts';
import type { Endpoint } from '../shared/endpoints.ts';
import { type FailureCode, fail } from '../shared/failures.ts';
import type { RequestContext } from './call-context.ts';
import { checkRateLimit } from './rate-limit.ts';
import { errorResponse } from './responses.ts';
import { serve } from './serve.ts';
import { redirectToLobby, roomPageLink, serveFile, serveRoomPage } from './static-site.ts';

interface RoutedRequest extends Request {
  params: Record<string, string>;
  /** The pattern of the last route that matched. */
  route: string;
}

/** A route is found before the rate limit is charged, because the limit depends on it. */
interface MatchedRoute {
  rateLimit?: Endpoint['rateLimit'];
  respond: () => Response | Promise<Response>;
}

const callNames = Object.keys(allEndpoints) as CallName[];
const namesByPath = Map.groupBy(callNames, (name) => allEndpoints[name].path);

function methodNotAllowed(names: readonly CallName[]): Response {
  const methods: string[] = names.map((name) => allEndpoints[name].method);
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
  return errorResponse(fail('method_not_allowed').failure, { Allow: allowed.join(', ') });
}

const router = Router<RoutedRequest, [RequestContext], MatchedRoute>();

router.get('/chat', (request) => ({ respond: () => redirectToLobby(request) }));
router.all('/chat/:link', (request, { env }) => {
  const link = roomPageLink(request);
  if (link === undefined) return undefined;
  request.route = 'file';
  return { respond: () => serveRoomPage(link, request, env) };
});
for (const [path, names] of namesByPath) {
  for (const name of names) {
    const { method, rateLimit }: Endpoint = allEndpoints[name];
    const addRoute = { GET: router.get, POST: router.post, PUT: router.put, DELETE: router.delete }[method];
    addRoute(path, (request: RoutedRequest, context: RequestContext) => ({
      rateLimit,
      respond: () => serve(name, request, request.params, context),
    }));
  }
  router.all(path, () => ({ respond: () => methodNotAllowed(names) }));
}
router.all('/chat/*', () => ({ respond: () => errorResponse(fail('route_not_found').failure) }));
router.all('*', (request, { env }) => ({ respond: () => serveFile(request, env) }));

/** Finds the route of a request, charges the rate limit, and responds. */
export async function route(request: Request, context: RequestContext): Promise<Response> {
  const { rateLimit, respond } = await router.fetch(request as RoutedRequest, context);
  return (await checkRateLimit(request, context.env, context.address, rateLimit)) ?? respond();
}

/** The pattern of the route of a request, `file`, or `none`. It never contains the path, because paths contain links. */
export function routePattern(request: Request, failure: FailureCode | undefined): string {
  const { route: pattern = '' } = request as Partial<RoutedRequest>;
  if (pattern === '*' && failure === undefined) return 'file';
  return pattern === '' || pattern.endsWith('*') ? 'none' : pattern;
}
