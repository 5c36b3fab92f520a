/** The static site: the lobby at `/`, and the room page at `/chat/:link/`, which is the same file for every link. */
import * as v from 'valibot';
import { fail } from '../shared/failures.ts';
import { Link } from '../shared/fields.ts';
import { fileHeaders } from '../shared/site-headers.ts';
import { readPreview, withPreview } from './link-preview.ts';
import { errorResponse } from './responses.ts';
import { publicOrigin } from './security-headers.ts';

const pagePath = /^\/chat\/([^/]+)\/$/;

/**
 * The link of the requested room page; undefined for other requests. Without the last slash, the path is an API path.
 */
export function roomPageLink(request: Request): string | undefined {
  const link = pagePath.exec(new URL(request.url).pathname)?.[1];
  return request.method === 'GET' && v.is(Link, link) ? link : undefined;
}

/**
 * Serves a room page. It has no ETag, because the same file is a different page for each room, and shared caches must
 * not store it, because a room can become private.
 */
export async function serveRoomPage(link: string, request: Request, env: Env): Promise<Response> {
  const file = new Request(`${new URL(request.url).origin}/chat/`);
  const [page, preview] = await Promise.all([env.ASSETS.fetch(file), readPreview(link, env.CHATS)]);
  if (!page.ok) return page;
  const response = withPreview(page, `${publicOrigin(request, env)}/chat/${link}/`, preview);
  response.headers.set('Cache-Control', 'private, no-cache');
  response.headers.delete('ETag');
  return response;
}

export function redirectToLobby(request: Request): Response {
  return Response.redirect(new URL('/', request.url).href, 302);
}

/** Adds the headers of the file's path. */
function withFileHeaders(path: string, asset: Response): Response {
  const response = new Response(asset.body, asset);
  for (const [name, value] of Object.entries(fileHeaders(path))) response.headers.set(name, value);
  return response;
}

/** Serves a file of the site, or a JSON failure: `route_not_found` (404), `method_not_allowed` (405). */
export async function serveFile(request: Request, env: Env): Promise<Response> {
  const asset = await env.ASSETS.fetch(new Request(request.url, { headers: request.headers }));
  if (asset.status === 404) return errorResponse(fail('route_not_found').failure);
  if (request.method === 'GET') return withFileHeaders(new URL(request.url).pathname, asset);
  return errorResponse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' });
}
