/** What is known of one socket, as it stands in its attachment, which outlives hibernation. */

import type { Identity } from '../access/permissions.ts';
import type { Backlog } from './slow-consumers.ts';

/** What is known of every socket. */
interface ConnectionBase {
  /** Digest of the address that it comes from. */
  address: string;
  badFrames: number;
}

/** A socket that has not said who it is. */
interface PendingConnection extends ConnectionBase {
  state: 'waiting';
  /** Milliseconds. */
  since: number;
}

/** A socket that was sent `ready`. */
export interface ReadyConnection extends ConnectionBase, Identity {
  state: 'joined';
  /** Under which presence is counted: a participant's id, an anonymous lease's, or the socket's own. */
  key: string;
  /** Whether its client understands `batch` frames. */
  batch: boolean;
  /** When this person gave the name they have here, in milliseconds; 0 where they gave none. */
  namedAt: number;
  /** When it last spoke, to the minute. Milliseconds. */
  heardAt: number;
}

export type ConnectionState = PendingConnection | ReadyConnection;

/** What outlives hibernation. */
export interface Attachment {
  session: ConnectionState;
  backlog: Backlog;
}
