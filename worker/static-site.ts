/** The static site: the lobby at `/`, and the page of a room at `/chat/:link/`, which is one file for every link. */
import * as v from 'valibot';
import { fail } from '../shared/failures.ts';
import { Link } from '../shared/fields.ts';
import { fileHeaders } from '../shared/site-headers.ts';
import { readPreview, withPreview } from './link-preview.ts';
import { errorResponse } from './responses.ts';
import { publicOrigin } from './security-headers.ts';

const pagePath = /^\/chat\/([^/]+)\/$/;

/** The page of a room, where the request is for one; without the last slash the path is the API's. */
export function serveRoomPage(request: Request, env: Env): Promise<Response> | undefined {
  const { pathname, origin } = new URL(request.url);
  const link = pagePath.exec(pathname)?.[1];
  if (request.method !== 'GET' || !v.is(Link, link)) return undefined;
  return loadRoomPage(link, `${origin}/chat/`, publicOrigin(request, env), env);
}

/**
 * Asks for the file whatever the browser has of it, since it is another page for each room; and has no cache between
 * keep it, since a room may become private.
 */
async function loadRoomPage(link: string, fileUrl: string, origin: string, env: Env): Promise<Response> {
  const [page, preview] = await Promise.all([env.ASSETS.fetch(new Request(fileUrl)), readPreview(link, env.CHATS)]);
  if (!page.ok) return page;
  const response = withPreview(page, `${origin}/chat/${link}/`, preview);
  response.headers.set('Cache-Control', 'private, no-cache');
  response.headers.delete('ETag');
  return response;
}

/** A room's page without a room: the lobby is where to find one. */
export function redirectToLobby(request: Request): Response {
  return Response.redirect(new URL('/', request.url).href, 302);
}

/** A file as it was found, with the headers that its path is due. */
function withFileHeaders(path: string, asset: Response): Response {
  const response = new Response(asset.body, asset);
  for (const [name, value] of Object.entries(fileHeaders(path))) response.headers.set(name, value);
  return response;
}

/** A file of the site, or a refusal in the envelope. */
export async function serveFile(request: Request, env: Env): Promise<Response> {
  const asset = await env.ASSETS.fetch(new Request(request.url, { headers: request.headers }));
  if (asset.status === 404) return errorResponse(fail('route_not_found').failure);
  if (request.method === 'GET') return withFileHeaders(new URL(request.url).pathname, asset);
  return errorResponse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' });
}
