/** The state of one connection. It is stored in the socket's attachment, which survives hibernation. */
import type { FailureCode } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import type { Identity } from '../access/actor.ts';
import type { Backlog } from './slow-consumers.ts';

interface ConnectionBase {
  /** Digest of the client's address. */
  address: string;
  /** Bad frames in a row. */
  badFrames: number;
}

/** A connection that has not authenticated yet. */
interface PendingConnection extends ConnectionBase {
  state: 'waiting';
  /** When it was accepted, in milliseconds. */
  since: number;
}

/** A connection that was sent `ready`. */
export interface ReadyConnection extends ConnectionBase, Identity {
  state: 'joined';
  /** The presence key: a participant's id, an anonymous lease's key, or one for this connection alone. */
  key: string;
  /** Whether the client accepts `batch` frames. */
  batch: boolean;
  /** When the participant chose their name, in milliseconds; 0 for a default name. */
  namedAt: number;
  /** When the last frame arrived, in milliseconds, updated at most every `limits.socket.lastSeenWriteMs`. */
  heardAt: number;
}

export type ConnectionState = PendingConnection | ReadyConnection;

/** The attachment of a socket. */
export interface Attachment {
  session: ConnectionState;
  backlog: Backlog;
}

/** When a connection that has not authenticated is closed, in milliseconds. */
export function authDeadline({ since }: Pick<PendingConnection, 'since'>): number {
  return since + limits.socket.authTimeoutMs;
}

/**
 * Why a sweep closes a connection: it did not authenticate in time, or it used to ping and has been silent for too
 * long. A client that never pinged is not closed: its silence does not show that it is dead.
 * @param lastPingAt when the runtime last answered a ping, in milliseconds; undefined if it never did
 */
export function staleReason(
  connection: ConnectionState,
  lastPingAt: number | undefined,
  now: number,
): FailureCode | undefined {
  if (connection.state === 'waiting') return authDeadline(connection) <= now ? 'no_auth' : undefined;
  const lastAliveAt = Math.max(lastPingAt ?? now, connection.heardAt);
  return lastAliveAt + limits.socket.silentAfterMs <= now ? 'silent' : undefined;
}
