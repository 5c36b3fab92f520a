/**
 * Limits that clients need; shared/limits.ts has all. They are in a separate file, so that page bundles contain only
 * these. Client and service both count characters as Unicode code points (`countCharacters`), so that a client can
 * predict the server's checks.
 */

export const clientLimits = {
  /** Rooms. Lengths are in characters. */
  room: {
    linkLength: 64,
    titleLength: 100,
    aboutLength: 1_000,
    tagLength: 32,
    /** Tags per room. */
    tags: 10,
  },
  /** Names and tokens of participants. Lengths are in characters. */
  participant: {
    nameLength: 40,
    /** Length of a user token or admin token. */
    tokenLength: 256,
  },
  /** Join keys of private rooms, and invitations. Lengths are in characters. */
  joinKey: {
    lengthMin: 8,
    length: 256,
    /** Length of the key that a caller sends: a join key or an invitation. */
    presentedLength: 1_024,
  },
  /** Messages, mentions and reactions. Lengths are in characters. */
  message: {
    length: 4_000,
    /** Participants that each reaction lists. */
    reactionParticipants: 10,
  },
  /** Typing indicators, read markers and unread counts. */
  readState: {
    /** Time after which a typing indicator expires. */
    typingMs: 6_000,
  },
  moderation: {
    /** Characters of a reason. */
    reasonLength: 200,
    /** Maximum duration of a mute or ban. */
    secondsMax: 10 * 365 * 24 * 60 * 60,
    /** Maximum interval between two messages in slow mode. */
    slowModeSecondsMax: 60 * 60,
  },
  /** Items per page: default and maximum. */
  page: {
    /** Messages, participants or log entries. */
    size: 50,
    roomListSizeMax: 100,
  },
  search: {
    /** Characters of a query. */
    queryLength: 100,
  },
  /** WebSocket connections of a room. */
  socket: {
    /** UTF-8 bytes of a frame. */
    frameBytes: 32 * 1_024,
  },
} as const;

/** Counts `text` as every limit here does: Unicode code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Counts the bytes of `text` in UTF-8. */
export function countBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
