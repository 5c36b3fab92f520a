/** Adds to each answer what browsers are told to guard against; shared/site.ts says what that is. */
import { commonHeaders, httpsHeaders, pageHeaders } from '../shared/site-headers.ts';

/** What of the configuration says under which origin browsers know the service. */
export type PublicOriginSettings = Pick<Env, 'PUBLIC_ORIGIN'>;

/** The origin under which browsers know the service. */
export function publicOrigin(request: Request, { PUBLIC_ORIGIN }: PublicOriginSettings): string {
  return PUBLIC_ORIGIN || new URL(request.url).origin;
}

/** Adds the headers that an answer is due. */
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
