/** The static site: the lobby at `/`, and the page of a room at `/chat/:link/`, which is one file for every link. */
import * as v from 'valibot';
import { fail } from '../shared/failures.ts';
import { Link } from '../shared/text.ts';
import { refuse } from './answers.ts';

const pagePath = /^\/chat\/([^/]+)\/$/;

/** Whether a request is for a file of the site as it was built, whatever the link of the room. */
export function isFile({ method, url }: Request): boolean {
  const { pathname } = new URL(url);
  return method === 'GET' && (/^\/([^/]+\.\w+)?$/.test(pathname) || v.is(Link, pagePath.exec(pathname)?.[1]));
}

/** The page of a room, where the request is for one; without the last slash the path is the API's. */
export function roomPage(request: Request, env: Env): Promise<Response> | undefined {
  const { pathname, origin } = new URL(request.url);
  const link = pagePath.exec(pathname)?.[1];
  if (request.method !== 'GET' || !v.is(Link, link)) return undefined;
  return env.ASSETS.fetch(new Request(`${origin}/chat/`, request));
}

/** A room's page without a room: the lobby is where to find one. */
export function toLobby(request: Request): Response {
  return Response.redirect(new URL('/', request.url).href, 302);
}

/** A file of the site, or a refusal in the envelope. */
export async function file(request: Request, env: Env): Promise<Response> {
  const found = await env.ASSETS.fetch(new Request(request.url, { headers: request.headers }));
  if (found.status === 404) return refuse(fail('route_not_found').failure);
  if (request.method === 'GET') return found;
  return refuse(fail('method_not_allowed').failure, { Allow: 'GET, HEAD, OPTIONS' });
}
