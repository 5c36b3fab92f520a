/** What a room tells the directory. */
import type { RoomInfo } from '../../shared/room.ts';

/** A room as the directory lists it, with what it needs to recognise the room's admin. */
export interface ListedRoom extends RoomInfo {
  /** When it was last spoken in, or made. Milliseconds. */
  activeAt: number;
  /** How many messages were ever posted in it. */
  posted: number;
  unlisted: boolean;
  /** Everything but `link`, `salt`, `participantCount` and `posted` is withheld. */
  isPrivate?: boolean | undefined;
  salt: string;
  adminDigest: string;
}

/** The state of a room at `revision`; `room` is null once it was deleted. A late update is one with a lower revision. */
export interface DirectoryUpdate {
  link: string;
  revision: number;
  room: ListedRoom | null;
  /** Since when another copy of it, or its removal from there, cannot be delivered; null where it can. Milliseconds. */
  behindSince: number | null;
}
