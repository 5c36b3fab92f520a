/** The way to a room's socket. What a browser must be able to read is told by a close code, not by a status. */

import * as v from 'valibot';
import { type Failure, fail } from '../shared/failures.ts';
import { Link } from '../shared/text.ts';
import { refuse } from './answers.ts';
import { isTrustedOrigin } from './origins.ts';

function acceptAndClose({ closeCode, text }: Failure): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(closeCode, text);
  return new Response(null, { status: 101, webSocket: client });
}

/** Passes an upgrade on to the room. */
export function connect(request: Request, link: string, env: Env): Response | Promise<Response> {
  if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket') {
    return refuse(fail('upgrade_required').failure, { Upgrade: 'websocket', Connection: 'Upgrade' });
  }
  if (!isTrustedOrigin(request, env)) return acceptAndClose(fail('foreign_origin').failure);
  if (!v.is(Link, link)) return acceptAndClose(fail('room_not_found').failure);
  return env.CHAT_ROOM.getByName(link).fetch(request);
}
