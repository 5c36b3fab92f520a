/** The way to a room's socket. What a browser must be able to read is told by a close code, not by a status. */

import * as v from 'valibot';
import { closeReason, type Failure, fail } from '../shared/failures.ts';
import { Link } from '../shared/fields.ts';
import { addressHeader } from '../shared/paths.ts';
import { isTrustedOrigin } from './cors.ts';
import type { CallContext } from './handlers.ts';
import { errorResponse, tagFailure } from './responses.ts';

/** Whether a request asks for a socket. */
export function isWebSocketUpgrade(request: Request): boolean {
  return request.method === 'GET' && request.headers.get('Upgrade')?.toLowerCase() === 'websocket';
}

/** Takes a socket only to close it: a browser cannot read why an upgrade is refused. */
export function acceptAndClose(failure: Failure): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(failure.closeCode, closeReason(failure));
  return tagFailure(failure, new Response(null, { status: 101, webSocket: client }));
}

/** Passes an upgrade on to the room. */
export function forwardUpgrade(
  request: Request,
  link: string,
  { env, address }: CallContext,
): Response | Promise<Response> {
  if (!isWebSocketUpgrade(request)) {
    return errorResponse(fail('upgrade_required').failure, { Upgrade: 'websocket', Connection: 'Upgrade' });
  }
  if (!isTrustedOrigin(request, env)) return acceptAndClose(fail('foreign_origin').failure);
  if (!v.is(Link, link)) return acceptAndClose(fail('room_not_found').failure);
  const forwarded = new Request(request);
  forwarded.headers.set(addressHeader, address);
  return env.CHAT_ROOM.getByName(link).fetch(forwarded);
}
