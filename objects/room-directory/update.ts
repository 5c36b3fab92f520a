/** The updates that rooms send to the directory. */
import type { RoomInfo } from '../../shared/room.ts';

/** A room as the directory stores it. Times are milliseconds since 1970. */
export interface ListedRoom extends RoomInfo {
  /** When the newest message was posted, or the room was created. */
  activeAt: number;
  /** Messages ever posted in the room. */
  posted: number;
  unlisted: boolean;
  /** A private room: all fields except `link`, `salt`, `participantCount` and `posted` are redacted. */
  isPrivate?: boolean | undefined;
  /** With `adminDigest`, verifies the admin token of the room. */
  salt: string;
  adminDigest: string;
}

/** The state of a room. An update whose revision is not higher than the stored one arrived late and is ignored. */
export interface DirectoryUpdate {
  link: string;
  revision: number;
  /** Null once the room was deleted. */
  room: ListedRoom | null;
  /** Since when writing or deleting the room's KV key fails, in milliseconds since 1970; null if it does not. */
  behindSince: number | null;
}
