/** The routes: every row of the endpoint table, the socket, the metrics and the pages of rooms, and an envelope for all else. */
import { Router } from 'itty-router';
import { type EndpointName, endpoints } from '../shared/endpoints.ts';
import { type FailureCode, fail } from '../shared/failures.ts';
import { exportPath, importPath, joinKeyHeader, metricsPath, socketPath } from '../shared/paths.ts';
import { refuse, succeed } from './answers.ts';
import { exportRoom } from './export.ts';
import { guarding } from './guesses.ts';
import { type CallContext, handlers } from './handlers.ts';
import { giveUpImport, importRoom } from './import.ts';
import { takeIn } from './intake.ts';
import { metrics } from './metrics.ts';
import { file, roomPage, toLobby } from './pages.ts';
import { connect } from './socket.ts';

interface RoutedRequest extends Request {
  params: Record<string, string>;
  /** The pattern of the last route that matched. */
  route: string;
}

const names = Object.keys(endpoints) as EndpointName[];

async function serve<K extends EndpointName>(name: K, request: RoutedRequest, context: CallContext): Promise<Response> {
  const input = await takeIn(name, request, request.params);
  if (!input.ok) return refuse(input.failure);
  const outcome = await guarding(name, input.value, context, () => handlers[name](input.value, context));
  if (!outcome.ok) return refuse(outcome.failure);
  const { statusCode, content, headers } = outcome.value;
  return succeed(statusCode, content, { 'Cache-Control': caching(request), ...headers });
}

/** An answer that depends on a token or a join key is for its asker alone; the others may be kept but must be checked again. */
function caching(request: Request): string {
  const { headers, url } = request;
  const bearsSecret =
    headers.has('Authorization') || headers.has(joinKeyHeader) || new URL(url).searchParams.has('token');
  return bearsSecret || request.method !== 'GET' ? 'private, no-store' : 'no-cache';
}

function methodsAt(path: string): string {
  const methods = names.filter((name) => endpoints[name].path === path).map((name) => endpoints[name].method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

const router = Router<RoutedRequest, [CallContext]>();

router.get(socketPath, (request, context) => connect(request, request.params.link ?? '', context));
router.all(socketPath, () => refuse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' }));
router.get(metricsPath, (request, context) => metrics(request, context, Date.now()));
router.all(metricsPath, () => refuse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' }));
router.get(exportPath, (request, context) => exportRoom(request, request.params.link ?? '', context));
router.all(exportPath, () => refuse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' }));
router.post(importPath, (request, context) => importRoom(request, request.params.link ?? '', context));
router.delete(importPath, (request, context) => giveUpImport(request, request.params.link ?? '', context));
router.all(importPath, () => refuse(fail('method_not_allowed').failure, { Allow: 'POST, DELETE, OPTIONS' }));
router.get('/chat', toLobby);
router.all('/chat/:link', (request, { env }) => {
  const page = roomPage(request, env);
  if (page) request.route = 'file';
  return page;
});
for (const path of new Set(names.map((name) => endpoints[name].path))) {
  for (const name of names.filter((candidate) => endpoints[candidate].path === path)) {
    const route = { GET: router.get, POST: router.post, PUT: router.put, DELETE: router.delete }[
      endpoints[name].method
    ];
    route(path, (request: RoutedRequest, context: CallContext) => serve(name, request, context));
  }
  router.all(path, () => refuse(fail('method_not_allowed').failure, { Allow: methodsAt(path) }));
}
router.all('/chat/*', () => refuse(fail('route_not_found').failure));
router.all('*', (request, { env }) => file(request, env));

/** Finds the route of a request and answers it. */
export function route(request: Request, context: CallContext): Promise<Response> {
  return router.fetch(request as RoutedRequest, context);
}

/** Which route a request took: its pattern, `file`, or `none`. The path itself, in which links stand, is not told. */
export function patternOf(request: Request, failure: FailureCode | undefined): string {
  const { route: pattern = '' } = request as Partial<RoutedRequest>;
  if (pattern === '*' && failure === undefined) return 'file';
  return pattern === '' || pattern.endsWith('*') ? 'none' : pattern;
}
