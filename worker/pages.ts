/** The page of a room, `/chat/:link/`: the same file for every link. Without the last slash the path is the API's. */
import * as v from 'valibot';
import { Link } from '../shared/text.ts';

const pagePath = /^\/chat\/([^/]+)\/$/;

/** The page, where the request is for one; else nothing, and the routes go on. */
export function roomPage(request: Request, env: Env): Promise<Response> | undefined {
  const { pathname, origin } = new URL(request.url);
  const link = pagePath.exec(pathname)?.[1];
  if (request.method !== 'GET' || !v.is(Link, link)) return undefined;
  return env.ASSETS.fetch(new Request(`${origin}/chat/`, request));
}
