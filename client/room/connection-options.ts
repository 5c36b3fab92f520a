/** The options of a `RoomConnection`. */

import { socketPath } from '../../shared/paths.ts';
import type { ServerFrame } from '../../shared/server-frames.ts';
import type { SocketClass } from '../transport/reconnecting-socket.ts';
import type { RoomCredentials } from './credentials.ts';
import type { OutgoingMessage, RoomState } from './room-state.ts';

export interface RoomConnectionOptions extends RoomCredentials {
  /** The origin of the service: `https://api.flexio.workers.dev`. */
  origin: string;
  link: string;
  /** Unsent messages of an earlier connection of the same participant. They are sent first, with the same ids. */
  outgoing?: readonly OutgoingMessage[];
  /** Called with each new state. */
  onState?: (state: RoomState) => void;
  /** Called with each frame, after it was applied to the state. */
  onFrame?: (frame: ServerFrame) => void;
  /** Closes the connection when it aborts. */
  signal?: AbortSignal;
  /** A WebSocket class, if the platform has none. */
  WebSocket?: SocketClass;
}

/** @returns the `wss:` URL of the room, or `ws:` if `origin` is not `https:` */
export function socketUrl({ origin, link }: RoomConnectionOptions): string {
  const url = new URL(socketPath.replace(':link', encodeURIComponent(link)), origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
