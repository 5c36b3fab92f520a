/** WebSocket upgrades. Failures that a browser must be able to read are sent as close codes, not as HTTP statuses. */
import * as v from 'valibot';
import { closeReason, type Failure, fail, ok } from '../shared/failures.ts';
import { Link } from '../shared/fields.ts';
import { addressHeader } from '../shared/paths.ts';
import type { Handler } from './call-context.ts';
import { isTrustedOrigin } from './cors.ts';
import { errorResponse, tagFailure } from './responses.ts';

export function isWebSocketUpgrade(request: Request): boolean {
  return request.method === 'GET' && request.headers.get('Upgrade')?.toLowerCase() === 'websocket';
}

/** Accepts a socket and closes it at once, because a browser cannot read the response to a refused upgrade. */
export function acceptAndClose(failure: Failure): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(failure.closeCode, closeReason(failure));
  return tagFailure(failure, new Response(null, { status: 101, webSocket: client }));
}

/**
 * Forwards an upgrade request to the room, with the client's address in a header.
 * @returns `upgrade_required` (426) for other requests, or a socket that is closed at once: `foreign_origin` (4403),
 *   `room_not_found` (4404) for an invalid link
 */
export const forwardUpgrade: Handler<'connect'> = async ({ params: { link } }, { request, env, address, room }) => {
  if (!isWebSocketUpgrade(request)) {
    const headers = { Upgrade: 'websocket', Connection: 'Upgrade' };
    return ok(errorResponse(fail('upgrade_required').failure, headers));
  }
  if (!isTrustedOrigin(request, env)) return ok(acceptAndClose(fail('foreign_origin').failure));
  if (!v.is(Link, link)) return ok(acceptAndClose(fail('room_not_found').failure));
  const forwarded = new Request(request);
  forwarded.headers.set(addressHeader, address);
  return ok(await room.fetch(forwarded));
};
