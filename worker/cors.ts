/** Trusted browser origins: for CORS over REST, and for WebSocket upgrades, which CORS does not restrict. */
import { joinKeyHeader } from '../shared/paths.ts';

const methods = 'GET, POST, PUT, DELETE, OPTIONS';

export type OriginSettings = Pick<Env, 'ALLOWED_ORIGINS' | 'PUBLIC_ORIGIN'>;

function isLoopback(hostname: string): boolean {
  return hostname === '[::1]' || /(^|\.)localhost$/.test(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function hostnameOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : '';
}

/**
 * Whether the `Origin` of a request is the service's own, a configured one, or a loopback origin in a request to a
 * loopback host. Requests without an `Origin` (curl, servers) are trusted; the origin `null` is not.
 */
export function isTrustedOrigin(request: Request, { ALLOWED_ORIGINS, PUBLIC_ORIGIN }: OriginSettings): boolean {
  const origin = request.headers.get('Origin');
  if (origin === null) return true;
  const requestUrl = new URL(request.url);
  const configured = ALLOWED_ORIGINS.split(',').map((entry) => entry.trim());
  if ([requestUrl.origin, PUBLIC_ORIGIN, ...configured].some((entry) => entry !== '' && entry === origin)) return true;
  return isLoopback(requestUrl.hostname) && isLoopback(hostnameOf(origin));
}

/** The response header with the id of the request, which the log contains too. */
const requestIdHeader = 'X-Request-Id';

/**
 * Adds the id of the request, and the CORS headers for a trusted origin. Requests from other origins are served, but
 * their pages cannot read the response, unless it already allows all origins.
 */
export function withCors(request: Request, settings: OriginSettings, response: Response, requestId: string): Response {
  if (response.webSocket) return response;
  const corsResponse = new Response(response.body, response);
  corsResponse.headers.set(requestIdHeader, requestId);
  if (corsResponse.headers.get('Access-Control-Allow-Origin') === '*') return corsResponse;
  corsResponse.headers.append('Vary', 'Origin');
  const origin = request.headers.get('Origin');
  if (origin !== null && isTrustedOrigin(request, settings)) {
    corsResponse.headers.set('Access-Control-Allow-Origin', origin);
    corsResponse.headers.set('Access-Control-Expose-Headers', `Retry-After, X-List-Source, ${requestIdHeader}`);
  }
  return corsResponse;
}

/** The response to a CORS preflight. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': `Content-Type, Authorization, ${joinKeyHeader}`,
      'Access-Control-Max-Age': '86400',
    },
  });
}
