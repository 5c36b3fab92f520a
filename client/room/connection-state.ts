/**
 * The state of a connection to a room, and the allowed transitions. This state alone determines what a connection may
 * do; the other classes hold data (credentials, messages, timers), but no connection state.
 *
 * `RoomState.phase` is its public view. `connecting` and `authenticating` appear as `connecting` before the first
 * `ready` and as `reconnecting` after it; `live` and `recovering` appear as `live`.
 */
import * as closeCodes from '../../shared/close-codes.ts';

type ConnectionStateName =
  /** There is no open socket: at the start, or after a loss. */
  | 'connecting'
  /** The socket is open, and the room has not answered `auth` with `ready` yet. */
  | 'authenticating'
  | 'live'
  /** Live, but a `rev` was missed: `auth` with the last known position is sent again, and its `ready` has the changes. */
  | 'recovering'
  /** Final. */
  | 'ended';

export interface ConnectionState {
  readonly name: ConnectionStateName;
  /** Whether the room has rejected a token since it last accepted one. A second rejection ends the connection. */
  readonly tokenRejected: boolean;
}

export type ConnectionEvent =
  | 'opened'
  | 'ready'
  /** A frame shows that a `rev` was missed. */
  | 'gap'
  /** The caller does not wait for the retry delay. */
  | 'reconnect'
  /** The socket closed, and a new one will be opened. */
  | 'lost'
  | 'ended';

export const initialConnectionState: ConnectionState = { name: 'connecting', tokenRejected: false };

const transitions: Record<ConnectionStateName, Partial<Record<ConnectionEvent, ConnectionStateName>>> = {
  connecting: { opened: 'authenticating', reconnect: 'connecting', lost: 'connecting', ended: 'ended' },
  authenticating: { ready: 'live', reconnect: 'connecting', lost: 'connecting', ended: 'ended' },
  // A token refresh or other credentials: `auth` and `ready` again.
  live: { ready: 'live', gap: 'recovering', lost: 'connecting', ended: 'ended' },
  recovering: { ready: 'live', lost: 'connecting', ended: 'ended' },
  ended: {},
};

/**
 * @param closeCode of the socket, if the event is `lost`
 * @returns the state after the event; undefined if the event is not allowed in `state`, which then stays the current one
 */
export function nextConnectionState(
  state: ConnectionState,
  event: ConnectionEvent,
  closeCode?: number,
): ConnectionState | undefined {
  const name = transitions[state.name][event];
  return (
    name && { name, tokenRejected: name !== 'live' && (closeCode === closeCodes.credential || state.tokenRejected) }
  );
}
