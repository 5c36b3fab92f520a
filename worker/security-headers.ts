/** Adds the security headers of shared/site-headers.ts to each response. */
import { commonHeaders, httpsHeaders, pageHeaders } from '../shared/site-headers.ts';

export type PublicOriginSettings = Pick<Env, 'PUBLIC_ORIGIN'>;

/** The origin at which browsers reach the service: `PUBLIC_ORIGIN`, or that of the request. */
export function publicOrigin(request: Request, { PUBLIC_ORIGIN }: PublicOriginSettings): string {
  return PUBLIC_ORIGIN || new URL(request.url).origin;
}

export function withSecurityHeaders(request: Request, settings: PublicOriginSettings, response: Response): Response {
  if (response.webSocket) return response;
  const securedResponse = new Response(response.body, response);
  const service = publicOrigin(request, settings);
  const isPage = securedResponse.headers.get('Content-Type')?.startsWith('text/html');
  const headers = {
    ...commonHeaders,
    ...(service.startsWith('https:') && httpsHeaders),
    ...(isPage && pageHeaders({ origin: service, isSameOrigin: true })),
  };
  for (const [name, value] of Object.entries(headers)) securedResponse.headers.set(name, value);
  return securedResponse;
}
