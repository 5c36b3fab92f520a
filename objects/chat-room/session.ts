/** What is known of one socket, as it stands in its attachment, which outlives hibernation. */
import type { Backlog } from './backlogs.ts';
import type { Identity } from './rules.ts';

/** What is known of every socket. */
interface Known {
  /** Digest of the address that it comes from. */
  address: string;
  badFrames: number;
}

/** A socket that has not said who it is. */
interface Waiting extends Known {
  state: 'waiting';
  /** Milliseconds. */
  since: number;
}

/** A socket that was sent `ready`. */
export interface Joined extends Known, Identity {
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

export type Session = Waiting | Joined;

/** What outlives hibernation. */
export interface Attachment {
  session: Session;
  backlog: Backlog;
}
