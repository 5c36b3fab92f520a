/** Closing a socket, by the room or by its peer, and the presence change that follows. */
import type { Failure } from '../../../shared/failures.ts';
import { socketPath } from '../../../shared/paths.ts';
import type { Room } from '../room.ts';
import { presenceOf, publishConnectionChange } from './publish-presence.ts';

/** Closes a socket with the close code of a failure. */
export function disconnect(room: Room, socket: WebSocket, failure: Failure): void {
  room.recordEvent('refusal', { reason: failure.code, route: socketPath });
  removeConnection(room, socket, () => room.connections.close(socket, failure));
}

/** Answers a close that the peer started, or a socket error. */
export function onPeerClosed(room: Room, socket: WebSocket, code: number, reason: string): void {
  removeConnection(room, socket, () => room.connections.answerClose(socket, code, reason));
}

/** Removes the connection from the presence set, if it is in it. */
function removeConnection(room: Room, socket: WebSocket, close: () => void): void {
  const connection = room.connections.get(socket);
  const details = room.details();
  if (connection?.state !== 'joined' || !details) return close();
  const before = presenceOf(room, connection.key);
  close();
  publishConnectionChange(room, details, connection.key, before);
}
