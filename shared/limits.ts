/**
 * Every limit of the service, each with its unit. Text lengths are counted in Unicode code points on both sides
 * (`countCharacters`), so that a page can tell a writer what the server will say.
 */

/** Those that a client has to know: a page that takes these carries no others. */
export const clientLimits = {
  /** Characters of a chat link. */
  linkLength: 64,
  /** Characters (code points). */
  titleLength: 100,
  aboutLength: 1_000,
  tagLength: 32,
  nameLength: 40,
  messageLength: 4_000,
  /** Tags a room. */
  tags: 10,
  /** People whom each reaction to a message names. */
  reactionParticipants: 10,
  /** Bytes of UTF-8. */
  frameBytes: 32 * 1_024,
  /** Characters of a moderator's reason. */
  reasonLength: 200,
  /** Seconds of a mute or ban, and between two messages in slow mode, at most. */
  moderationSecondsMax: 10 * 365 * 24 * 60 * 60,
  slowModeSecondsMax: 60 * 60,
  /** Milliseconds after which somebody who typed is taken to have stopped. */
  typingMs: 6_000,
  /** Characters of a user or admin token. */
  tokenLength: 256,
  /** Characters of the join key of a private room, and of what is shown as one, which an invitation may be too. */
  joinKeyLengthMin: 8,
  joinKeyLength: 256,
  presentedKeyLength: 1_024,
  /** Messages or participants a page, where it is not said. */
  pageSize: 50,
  /** Rooms a page of the list, at most. */
  listSizeMax: 100,
  /** Characters of what is looked for in the list. */
  queryLength: 100,
} as const;

/** All of them. */
export const limits = {
  ...clientLimits,

  /** Characters of a name before what cannot be seen is taken out of it. */
  rawNameLength: 400,
  /** Milliseconds for which a ban keeps new identities from the same address out, at most. */
  addressBanMsMax: 24 * 60 * 60_000,
  /** Mentions a message, and messages of whose authors somebody may be mentioned who is not here. */
  mentions: 20,
  /** Signs of a mention that are looked at in a message. */
  mentionAtSigns: 100,
  mentionableAuthors: 200,
  /** Milliseconds between two writings of how far a person has read. */
  readMarkerFlushMs: 5_000,
  /** People up to whom everyone is told who types, and who has read how far. */
  readReceiptPeople: 100,
  /** Messages up to which what is unread is counted, and that are looked at for it. */
  unreadCountMax: 100,
  unreadScanMessages: 1_000,
  /** Kinds of reactions a message. */
  reactionKinds: 20,
  /** Characters of the id with which a client marks a message it may have to send again. */
  clientIdLength: 64,
  /** Characters of the mark that ties an answer frame to its question. */
  refLength: 64,
  /** Seconds for which an invitation to a private room lasts: at least, where it is not said, and at most. */
  invitationSecondsMin: 60,
  invitationSeconds: 7 * 24 * 60 * 60,
  invitationSecondsMax: 30 * 24 * 60 * 60,
  /** Characters of a signed identity (JWT). */
  jwtLength: 4_096,
  /** Milliseconds by which the clock of who signs may be ahead. */
  clockSkewMs: 60_000,
  /** Seconds for which a signed token is issued: where it is not said, and at most. */
  tokenSeconds: 60 * 60,
  tokenSecondsMax: 30 * 24 * 60 * 60,
  /** Characters of what says who spoke in an entry of a session. */
  roleLength: 32,
  /** Bytes of UTF-8. */
  bodyBytes: 32 * 1_024,

  /** Messages or participants a page, at most. */
  pageSizeMax: 100,
  /** Rooms a page of the list, where it is not said. */
  listSize: 50,
  /** Entries a page of a session, and sessions a page. */
  sessionPageSize: 500,
  sessionPageSizeMax: 1_000,
  sessionListSizeMax: 10_000,
  /** Milliseconds for which the first call of a user gets a token again, and how many it may get in all. */
  tokenReissueMs: 10 * 60_000,
  tokenReissueCount: 5,
  /** Calls that are not the first, after which the first gets no token any more. */
  tokenReissueOtherCalls: 5,
  /** Bytes of UTF-8 at which a page of entries ends, even if it has fewer than were asked for. */
  sessionPageBytes: 1_024 * 1_024,
  /** Rooms with the words that a search of the list looks at, newest first. */
  listSearchRooms: 5_000,
  /** What one search of a room may cost: pairs of characters, spans of ids, and texts that are looked at. */
  searchBigrams: 12,
  searchBlocks: 8,
  searchTexts: 300,
  /** Ids a span. */
  searchBlockIds: 4_096,
  /** Messages from before there was a search that one search makes findable. */
  searchBackfillMessages: 200,
  /** Places that are shown of one message. */
  searchMatches: 100,
  /** Messages, and characters of them, that an export reads and an import stores at a time. */
  archiveBatchMessages: 500,
  archiveBatchLength: 256 * 1_024,
  /** Bytes of one line of an import: a message with all its reactions. */
  archiveLineBytes: 8 * 1_024 * 1_024,
  /** Seconds after which to look again for a room that is being imported. */
  importRetrySeconds: 10,
  /** Milliseconds until the list comes from KV when the directory does not answer. */
  directoryTimeoutMs: 3_000,
  /** Milliseconds that the page of a room waits for what KV has of it, and characters that it shows of each text. */
  previewTimeoutMs: 500,
  previewLength: 200,
  /** Milliseconds that a look at the service's health gives the directory, and KV. */
  healthDirectoryTimeoutMs: 2_000,
  healthKvTimeoutMs: 2_000,
  /** Rooms that one call tells to report to the directory again. */
  rebuildBatchRooms: 100,
  /** Participants that `ready` names; the rest come by REST. */
  readyParticipants: 100,
  /** Messages, and bytes of them, that a resume replays before it gives up and says `recovered: false`. */
  replayMessages: 500,
  replayBytes: 512 * 1_024,

  /**
   * What an address may ask in the seconds of its allowance: rooms made, wrong admin tokens, and all other calls.
   * wrangler.jsonc repeats the numbers, since a binding takes them from nowhere else.
   */
  creationsPerMinute: 20,
  guessesPerMinute: 60,
  callsPerMinute: 1_200,
  rateLimitWindowSeconds: 60,

  /** Messages at once, and a second after: of a person in a room, and of an address in it (an office shares one). */
  participantMessageRate: { burst: 10, perSecond: 5 },
  addressMessageRate: { burst: 50, perSecond: 25 },
  /** Sockets of an address in a room, and leases with a token. */
  socketsPerAddress: 200,
  personalLeasesPerAddress: 200,
  /** Refusals, within so many milliseconds, at which a socket is closed. */
  floodingFailures: 100,
  floodingWindowMs: 10_000,

  /** Milliseconds until a socket that has not sent `auth` is closed. */
  authTimeoutMs: 10_000,
  /** Bad frames in a row before a socket is closed. */
  badFrames: 20,
  /** Milliseconds between two sweeps of a room's open sockets. */
  sweepEveryMs: 5 * 60_000,
  /** Milliseconds without a sign of life after which a sweep closes a socket that used to ping. */
  silentAfterMs: 3 * 60_000,
  /** Bytes that a socket is sent without a sign of life before it is given some last milliseconds, and then closed. */
  slowConsumerBytes: 8 * 1_024 * 1_024,
  slowConsumerGraceMs: 3_000,
  /** Bytes between two notes of how much a socket was sent. */
  slowConsumerPersistBytes: 64 * 1_024,
  /** Milliseconds between two notes of when a socket spoke. */
  lastSeenWriteMs: 60_000,
  /** Milliseconds between two `presence` frames. */
  presenceMinGapMs: 1_000,
  /** Milliseconds for which frames to the same sockets are gathered in a busy room. */
  batchMs: 10,

  /** Milliseconds for which a REST join counts: without a token, and with one. */
  anonymousLeaseMs: 12 * 60 * 60_000,
  personalLeaseMs: 90_000,
  /** Anonymous leases a room, and an address in a room. */
  anonymousLeases: 1_000,
  anonymousLeasesPerAddress: 100,

  /** Days for which a room may keep its messages. */
  keepDaysMax: 3_650,
  /** Milliseconds for which a message that is too old may stay, so that an idle room is woken once for many. */
  retentionGraceMs: 5 * 60_000,
  /** Messages that are removed in one transaction. */
  retentionBatch: 500,

  /** Messages that somebody's erasure of themselves changes in one transaction, and milliseconds between two. */
  erasureBatch: 100,
  erasurePauseMs: 100,

  /** Milliseconds between two notes that a room was touched. */
  activityWriteMs: 60 * 60_000,

  /** Milliseconds that an answer waits for the directory. */
  replicaAnswerWaitMs: 1_000,
  /** Milliseconds for which changes of a room's count and activity are gathered before the copies hear of them. */
  replicaMergeMs: 5_000,
  /** Milliseconds after which one delivery to a copy is given up and tried again later. */
  replicaTimeoutMs: 5_000,
  /** Milliseconds for which the alarm lets a delivery that is due be made by whoever caused it. */
  replicaGraceMs: 1_000,
  /** Milliseconds of the first and of the longest pause between two tries at a copy. */
  replicaRetryMs: 1_000,
  replicaRetryMaxMs: 5 * 60_000,
  /** Milliseconds for which KV may lack what was said last: no write of its own is spent on each message. */
  replicaActivityMs: 5 * 60_000,
  /** Milliseconds until an alarm tries again a job that failed. */
  jobRetryMs: 30_000,
  /** Milliseconds between two writes of one KV key. */
  kvMinGapMs: 1_000,
  /** Milliseconds after which a KV write that was issued can no longer land. */
  kvSettleMs: 60_000,
  /** Bytes of UTF-8 of one KV key's metadata. */
  kvMetadataBytes: 1_024,
  /** Milliseconds for which the directory remembers a deleted room. */
  deletedRoomMs: 24 * 60 * 60_000,
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
