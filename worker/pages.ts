/** The static site: the lobby at `/`, and the page of a room at `/chat/:link/`, which is one file for every link. */
import * as v from 'valibot';
import { fail } from '../shared/failures.ts';
import { fileHeaders } from '../shared/site.ts';
import { Link } from '../shared/text.ts';
import { refuse } from './answers.ts';
import { previewOf, withPreview } from './preview.ts';
import { publicOrigin } from './safeguards.ts';

const pagePath = /^\/chat\/([^/]+)\/$/;

/** The page of a room, where the request is for one; without the last slash the path is the API's. */
export function roomPage(request: Request, env: Env): Promise<Response> | undefined {
  const { pathname, origin } = new URL(request.url);
  const link = pagePath.exec(pathname)?.[1];
  if (request.method !== 'GET' || !v.is(Link, link)) return undefined;
  return pageOf(link, `${origin}/chat/`, publicOrigin(request, env), env);
}

/**
 * Asks for the file whatever the browser has of it, since it is another page for each room; and has no cache between
 * keep it, since a room may become private.
 */
async function pageOf(link: string, file: string, origin: string, env: Env): Promise<Response> {
  const [page, preview] = await Promise.all([env.ASSETS.fetch(new Request(file)), previewOf(link, env.CHATS)]);
  if (!page.ok) return page;
  const answer = withPreview(page, `${origin}/chat/${link}/`, preview);
  answer.headers.set('Cache-Control', 'private, no-cache');
  answer.headers.delete('ETag');
  return answer;
}

/** A room's page without a room: the lobby is where to find one. */
export function toLobby(request: Request): Response {
  return Response.redirect(new URL('/', request.url).href, 302);
}

/** A file as it was found, with the headers that its path is due. */
function withHeaders(path: string, found: Response): Response {
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries(fileHeaders(path))) answer.headers.set(name, value);
  return answer;
}

/** A file of the site, or a refusal in the envelope. */
export async function file(request: Request, env: Env): Promise<Response> {
  const found = await env.ASSETS.fetch(new Request(request.url, { headers: request.headers }));
  if (found.status === 404) return refuse(fail('route_not_found').failure);
  if (request.method === 'GET') return withHeaders(new URL(request.url).pathname, found);
  return refuse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' });
}
