/** All limits of the service. A name says its unit (`Ms`, `Seconds`, `Bytes`, `Length`); others are counts. */
import { clientLimits } from './client-limits.ts';

export { countBytes, countCharacters } from './client-limits.ts';

export const limits = {
  /** Rooms. Lengths are in characters. */
  room: {
    ...clientLimits.room,
    /** Maximum days for which a room can be set to keep its messages. */
    keepDaysMax: 3_650,
    /** Time for which the directory remembers a deleted room. */
    deletedMs: 24 * 60 * 60_000,
    /** `Retry-After` of calls to a room that is being imported. */
    importRetrySeconds: 10,
  },
  /** Names and tokens of participants. Lengths are in characters. */
  participant: {
    ...clientLimits.participant,
    /** Length of a name before invisible characters are removed. */
    rawNameLength: 400,
    /** Length of a signed token (JWT). */
    jwtLength: 4_096,
    /** Tolerated clock difference of a signed token's issuer. */
    clockSkewMs: 60_000,
    /** Lifetime of a signed token: default and maximum. */
    tokenSeconds: 60 * 60,
    tokenSecondsMax: 30 * 24 * 60 * 60,
  },
  /** Join keys of private rooms, and invitations. Lengths are in characters. */
  joinKey: {
    ...clientLimits.joinKey,
    /** Lifetime of an invitation: minimum, default and maximum. */
    invitationSecondsMin: 60,
    invitationSeconds: 7 * 24 * 60 * 60,
    invitationSecondsMax: 30 * 24 * 60 * 60,
  },
  /** Messages, mentions and reactions. Lengths are in characters. */
  message: {
    ...clientLimits.message,
    /** Length of a message's idempotency key. */
    clientIdLength: 64,
    /** Mentions per message, and `@` signs that are checked to find them. */
    mentions: 20,
    mentionAtSigns: 100,
    /** Latest messages whose authors can be mentioned although they are absent. */
    mentionableAuthors: 200,
    /** Different emoji per message. */
    reactionKinds: 20,
  },
  /** Typing indicators, read markers and unread counts. */
  readState: {
    ...clientLimits.readState,
    /** Interval between two writes of a participant's read marker. */
    flushMs: 5_000,
    /** Participants up to which a room broadcasts typing and read markers. */
    receiptPeople: 100,
    /** Highest unread count, and messages that are read to determine it. */
    unreadCountMax: 100,
    unreadScanMessages: 1_000,
  },
  moderation: {
    ...clientLimits.moderation,
    /** Maximum time for which a ban keeps out new identities from the same addresses. */
    addressBanMsMax: 24 * 60 * 60_000,
  },
  /** Items per page: default and maximum. */
  page: {
    ...clientLimits.page,
    sizeMax: 100,
    /** Rooms. */
    roomListSize: 50,
  },
  search: {
    ...clientLimits.search,
    /** Cost of one search in a room: bigrams looked up, blocks of ids visited, texts compared. */
    bigrams: 12,
    blocks: 8,
    texts: 300,
    /** Ids per block. */
    blockIds: 4_096,
    /** Older messages that one search adds to the index. */
    backfillMessages: 200,
    /** Matches returned per message. */
    matches: 100,
    /** Matching rooms that a search of the room list sorts, newest first. */
    rooms: 5_000,
  },
  /** Users' stored sessions. */
  sessions: {
    /** Entries per page: default and maximum. */
    pageSize: 500,
    pageSizeMax: 1_000,
    /** UTF-8 bytes of texts after which a page of entries ends early. */
    pageBytes: 1_024 * 1_024,
    /** Sessions per page. */
    listSizeMax: 10_000,
    /** Characters of an entry's `role`. */
    roleLength: 32,
    /** Time and number of times that a user's first call, repeated, gets a token again. */
    tokenReissueMs: 10 * 60_000,
    tokenReissueCount: 5,
    /** Other calls after which a repeated first call gets no token. */
    tokenReissueOtherCalls: 5,
  },
  /** REST requests, and timeouts of the Worker. */
  http: {
    /** Bytes of a JSON body. */
    bodyBytes: 32 * 1_024,
    /** Time after which the room list is read from KV instead of the directory. */
    directoryTimeoutMs: 3_000,
    /** Time that a room page waits for its preview, and characters of each text in it. */
    previewTimeoutMs: 500,
    previewLength: 200,
    /** Time that the health check waits for the directory and for KV. */
    healthDirectoryTimeoutMs: 2_000,
    healthKvTimeoutMs: 2_000,
    /** Rooms that one call of `rebuildDirectory` covers. */
    rebuildBatchRooms: 100,
  },
  /** Export and import. */
  archive: {
    /** Messages, and characters of them, that are read or stored at a time. */
    batchMessages: 500,
    batchLength: 256 * 1_024,
    /** Bytes of a line: a message with all its reactions. */
    lineBytes: 8 * 1_024 * 1_024,
  },
  /** Rates per client address or participant. */
  rate: {
    /**
     * Per address: rooms created, wrong secrets, and other requests. wrangler.jsonc repeats these numbers for its
     * bindings.
     */
    creationsPerMinute: 20,
    guessesPerMinute: 60,
    callsPerMinute: 1_200,
    /** Window of these limits, and their `Retry-After`. */
    windowSeconds: 60,
    /** Messages in one room: per participant, and per address, which an office can share. */
    participantMessages: { burst: 10, perSecond: 5 },
    addressMessages: { burst: 50, perSecond: 25 },
    /** Failures within the window after which a socket is closed. */
    floodingFailures: 100,
    floodingWindowMs: 10_000,
  },
  /** WebSocket connections of a room. */
  socket: {
    ...clientLimits.socket,
    /** Characters of a `ref`. */
    refLength: 64,
    /** Invalid frames in a row after which a socket is closed. */
    badFrames: 20,
    /** Sockets per address and room. */
    perAddress: 200,
    /** Time after which a socket without an `auth` frame is closed. */
    authTimeoutMs: 10_000,
    /** Interval between two sweeps of the open sockets. */
    sweepEveryMs: 5 * 60_000,
    /** Silence after which a sweep closes a socket that used to send pings. */
    silentAfterMs: 3 * 60_000,
    /** Interval between two writes of a socket's last activity. */
    lastSeenWriteMs: 60_000,
    /** Bytes sent without a sign of life, and grace period after that, before a slow socket is closed. */
    slowConsumerBytes: 8 * 1_024 * 1_024,
    slowConsumerGraceMs: 3_000,
    /** Bytes between two writes of how much was sent. */
    slowConsumerPersistBytes: 64 * 1_024,
    /** Interval between two `presence` frames. */
    presenceMinGapMs: 1_000,
    /** Interval between two batches of broadcasts in a busy room. */
    batchMs: 10,
    /** Participants in `ready`; the others can be listed over REST. */
    readyParticipants: 100,
    /** Messages, and bytes of them, that a resume replays; beyond that, `recovered` is false. */
    replayMessages: 500,
    replayBytes: 512 * 1_024,
  },
  /** Presence leases of participants who join over REST. */
  lease: {
    /** Duration without a token, and with one. */
    anonymousMs: 12 * 60 * 60_000,
    personalMs: 90_000,
    /** Leases without a token per room, and per address and room. */
    anonymousPerRoom: 1_000,
    anonymousPerAddress: 100,
    /** Leases with a token per address and room. */
    personalPerAddress: 200,
  },
  /** Scheduled jobs of a room. */
  jobs: {
    /** Delay before a failed job runs again. */
    retryMs: 30_000,
    /** Time that an expired message can remain, so that an idle room wakes once for many. */
    retentionGraceMs: 5 * 60_000,
    /** Messages that are removed in one transaction. */
    retentionBatch: 500,
    /** Messages of an erased participant that are changed in one transaction, and the pause between two. */
    erasureBatch: 100,
    erasurePauseMs: 100,
    /** Interval between two writes of a room's last activity. */
    activityWriteMs: 60 * 60_000,
  },
  /** Replicas of a room's metadata in the directory and in KV. */
  replica: {
    /** Time that a response waits for the directory. */
    answerWaitMs: 1_000,
    /** Time for which changes of count and activity are collected before delivery. */
    mergeMs: 5_000,
    /** Time after which a delivery counts as failed. */
    timeoutMs: 5_000,
    /** Time after which the alarm makes a delivery that the call that caused it should have made. */
    graceMs: 1_000,
    /** First and longest delay between two attempts. */
    retryMs: 1_000,
    retryMaxMs: 5 * 60_000,
    /** Time for which KV can lack the latest activity, because a message alone causes no KV write. */
    activityMs: 5 * 60_000,
    /** Interval between two writes of one KV key. */
    kvMinGapMs: 1_000,
    /** Time after which an issued KV write can no longer take effect. */
    kvSettleMs: 60_000,
    /** UTF-8 bytes of a KV key's metadata. */
    kvMetadataBytes: 1_024,
  },
} as const;
