/**
 * The endpoint table: one row per JSON call, with its schemas, its failures and the fields that the Worker needs to
 * serve it. The router, the client's types and docs/openapi.json are derived from it. Order matters: the first match
 * wins, so fixed paths come before `/chat/:link`.
 */
import * as v from 'valibot';
import { Cursor, invalidCursor } from './cursor.ts';
import type { FieldIssue } from './decode.ts';
import type { FailureCode } from './failures.ts';
import {
  About,
  ClientId,
  Emoji,
  IntegerInRange,
  JoinKey,
  KeepDays,
  LeaseSecret,
  Link,
  MessageId,
  MessageSearchQuery,
  MessageText,
  Name,
  NewAdminToken,
  QueryInteger,
  Reason,
  RoomSearchQuery,
  Tags,
  Title,
  Token,
} from './fields.ts';
import { limits } from './limits.ts';
import {
  aroundMustStandAlone,
  isExclusiveAround,
  Message,
  MessagePage,
  ReadMarker,
  ReadState,
  SearchResults,
} from './message.ts';
import { MemberStatus, ModerationEntry, moderationActionSchemas } from './moderation.ts';
import { Participant } from './participant.ts';
import { ListSort, RoomView } from './room.ts';
import { type Route, routes } from './routes.ts';
import { ExternalId, SessionEntry, SessionEntryRole, SessionEntryText, SessionInfo } from './session.ts';

/** Schema of a request part that has no fields. */
export const NoFields = v.object({});
export const LinkParams = v.object({ link: Link });
const MessageParams = v.object({ link: Link, id: QueryInteger(1) });
const ReactionParams = v.object({ ...MessageParams.entries, emoji: Emoji });

/** The caller: `token` identifies them, `adminToken` grants the rights of the admin or the operator. */
const credentialFields = { token: v.optional(Token), adminToken: v.optional(Token) };

const pageLimit = (defaultLimit: number, maxLimit: number) =>
  v.optional(
    v.pipe(
      QueryInteger(1, { maximum: maxLimit, default: defaultLimit }),
      v.transform((limit) => Math.min(limit, maxLimit)),
    ),
    String(defaultLimit),
  );

const NewRoom = v.object({
  token: NewAdminToken,
  future: v.optional(v.unknown()),
  content: v.object({
    title: Title,
    about: About,
    tag: Tags,
    link: Link,
    /** Excludes the room from the list. An addition to the Flexio API document. */
    unlisted: v.optional(v.boolean(), false),
    /** Makes the room private. An addition to the document. */
    joinKey: v.optional(JoinKey),
    /** Days to keep messages; 0 keeps them forever. An addition to the document. */
    keepDays: v.optional(KeepDays, 0),
  }),
});

const RoomUpdate = v.object({
  token: Token,
  link: Link,
  content: v.pipe(
    v.object({
      title: v.optional(Title),
      about: v.optional(About),
      tag: v.optional(Tags),
      /** Replaces the admin token. This and the following fields are additions to the document. */
      newToken: v.optional(NewAdminToken),
      /** Makes the room private, or changes its key. */
      joinKey: v.optional(JoinKey),
      keepDays: v.optional(KeepDays),
      /** Makes the room public. An empty `joinKey` cannot do this, because it counts as absent. */
      private: v.optional(v.literal(false, 'must be false, or absent beside a joinKey')),
    }),
    v.forward(
      v.check(
        (content) => content.private === undefined || content.joinKey === undefined,
        'must be absent beside a joinKey',
      ),
      ['private'],
    ),
  ),
});

/** Query fields for paging through sessions or entries. */
const pagingFields = (defaultLimit: number, maxLimit: number) => ({
  /** `next` of the previous page. */
  after: v.optional(QueryInteger(0)),
  limit: pageLimit(defaultLimit, maxLimit),
});

const next = v.optional(v.string());

/** Response to a stored entry. `token` is present if the call claimed the user id without sending a token. */
const StoredEntry = v.object({ userId: v.string(), ...SessionEntry.entries, token: v.optional(v.string()) });

/** Failures of calls that verify signed tokens. */
const signedTokenFailures = ['signed_token_invalid', 'signed_token_expired', 'no_signed_identities'] as const;

const invalidAction = 'Invalid action. Use "join" or "leave"';

/** The properties of an endpoint that the Worker needs to call its handler. */
export interface Endpoint extends Route {
  readonly params: v.GenericSchema;
  readonly query: v.GenericSchema;
  /** Absent on calls that take no body. */
  readonly body?: v.GenericSchema;
  /** Body fields that are also accepted in the query, for clients that cannot send a body. */
  readonly bodyFromQuery?: readonly string[];
  /**
   * How `Authorization: Bearer` is used. `query`: as the `token` of the query. `body`: as the body's `token`, or as its
   * `adminToken` if the body has a `token`. `token`: as the body's `token`, which it overrides. `only`: as the only
   * credential, which is compared to a secret without a check of its shape.
   */
  readonly bearer?: 'query' | 'body' | 'token' | 'only';
  /** Where the call contains the link of its room; absent if the call is not about a single room. */
  readonly link?: 'path' | 'body' | 'content';
  /** Whether the room can be private: the call accepts a join key and fails without a required one. */
  readonly takesJoinKey?: true;
  /**
   * Which calls count as a guess if their `token` is wrong. `each`: every call with an opaque token. `first`: the first
   * call with an opaque token from an address, because a page of the room list may have no room of this admin. `all`:
   * every call, even if the token looks like a JWT. Absent: `token` identifies a user, so no token is wrong. Wrong
   * admin tokens and join keys count on all calls that accept them.
   */
  readonly guesses?: 'each' | 'first' | 'all';
  /** The limit of calls per address and minute that applies; absent: `calls`. */
  readonly rateLimit?: 'creations';
  /** Whether the handler reads the request body itself. Its rest is drained after the call. */
  readonly streamsBody?: true;
  /** Whether the handler returns a whole `Response` instead of the content of a JSON envelope. */
  readonly isRaw?: true;
  /** Content schema of each success status; absent on raw endpoints. */
  readonly responses?: Readonly<Record<number, v.GenericSchema>>;
  /** Returns an error text that the Flexio API document specifies, instead of the generated one. */
  readonly issueText?: (issues: readonly FieldIssue[]) => string | undefined;
}

/** One row of the table: an endpoint that docs/openapi.json describes. */
export interface DocumentedEndpoint extends Endpoint {
  readonly summary: string;
  readonly responses: Readonly<Record<number, v.GenericSchema>>;
  readonly failures: readonly FailureCode[];
}

/** A call about the room in its path. */
const aboutRoom = { link: 'path', takesJoinKey: true } as const;

/** Failures of calls that change a message. */
const messageChangeFailures = [
  'invalid',
  'token_required',
  'not_admin',
  'room_not_found',
  'message_not_found',
  'too_fast',
  'too_many_guesses',
  ...signedTokenFailures,
] as const;

export const endpoints = {
  createRoom: {
    ...routes.createRoom,
    link: 'content',
    rateLimit: 'creations',
    summary: 'Create a room',
    params: NoFields,
    query: NoFields,
    body: NewRoom,
    bearer: 'body',
    responses: { 201: RoomView },
    failures: ['invalid', 'link_taken'],
    issueText: (issues: readonly FieldIssue[]) =>
      issues.some((issue) => issue.missing && ['token', 'content'].includes(issue.path))
        ? 'Missing required fields: token, content'
        : undefined,
  },
  listRooms: {
    ...routes.listRooms,
    guesses: 'first',
    summary: 'List rooms, newest first by default',
    params: NoFields,
    query: v.pipe(
      v.object({
        token: v.optional(Token),
        limit: pageLimit(limits.page.roomListSize, limits.page.roomListSizeMax),
        offset: v.optional(QueryInteger(0, { default: 0 }), '0'),
        tag: v.optional(v.string()),
        /** Words that title, about or tags must contain. `q`, `sort` and `after` are additions to the document. */
        q: v.optional(RoomSearchQuery),
        sort: v.optional(ListSort, 'new'),
        /** `next` of the previous page with the same `sort`. */
        after: v.optional(Cursor),
      }),
      v.forward(
        v.check(({ sort, after }) => !after || after.sort === sort, invalidCursor),
        ['after'],
      ),
    ),
    bearer: 'query',
    responses: {
      200: v.object({
        chats: v.array(RoomView),
        total: v.number(),
        limit: v.number(),
        offset: v.number(),
        /** Send it as `after` to get the next page; absent on the last page. */
        next: v.optional(v.string()),
      }),
    },
    failures: ['invalid', ...signedTokenFailures],
  },
  rebuildDirectory: {
    ...routes.rebuildDirectory,
    guesses: 'each',
    summary: 'Make the rooms in KV republish their state to the directory, one batch per call (operator)',
    params: NoFields,
    query: NoFields,
    body: v.object({
      token: Token,
      /** `next` of the previous batch. */
      after: v.optional(v.string()),
    }),
    bearer: 'body',
    responses: {
      200: v.object({
        /** Rooms that republished their state. */
        rebuilt: v.number(),
        /** KV keys without a room; they are removed. */
        missing: v.number(),
        /** Rooms that could not be reached; repeat the call. */
        failed: v.number(),
        next: v.optional(v.string()),
      }),
    },
    failures: ['invalid', 'not_operator'],
  },
  updateRoom: {
    ...routes.updateRoom,
    link: 'body',
    guesses: 'each',
    summary: 'Update a room (admin)',
    params: NoFields,
    query: NoFields,
    body: RoomUpdate,
    bearer: 'body',
    responses: { 200: RoomView },
    failures: ['invalid', 'not_admin', 'room_not_found'],
  },
  deleteRoom: {
    ...routes.deleteRoom,
    link: 'body',
    guesses: 'each',
    summary: 'Delete a room (admin)',
    params: NoFields,
    query: NoFields,
    body: v.object({ token: Token, link: Link }),
    bodyFromQuery: ['link'],
    bearer: 'body',
    responses: { 200: v.literal('Chat deleted successfully') },
    failures: ['invalid', 'not_admin', 'room_not_found'],
  },
  getRoom: {
    ...routes.getRoom,
    ...aboutRoom,
    guesses: 'each',
    summary: 'Get a room',
    params: LinkParams,
    query: v.object({ token: v.optional(Token) }),
    bearer: 'query',
    responses: { 200: RoomView },
    failures: ['invalid', 'room_not_found', ...signedTokenFailures],
  },
  listParticipants: {
    ...routes.listParticipants,
    ...aboutRoom,
    summary: 'List the participants who are present',
    params: LinkParams,
    query: v.object({
      after: v.optional(v.string()),
      limit: pageLimit(limits.page.size, limits.page.sizeMax),
    }),
    bearer: 'query',
    responses: {
      200: v.object({
        participants: v.array(Participant),
        participantCount: v.number(),
        /** Send it as `after` to get the next page; absent on the last page. */
        next: v.optional(v.string()),
      }),
    },
    failures: ['invalid', 'room_not_found'],
  },
  updateParticipants: {
    ...routes.updateParticipants,
    ...aboutRoom,
    summary: 'Join or leave a room',
    params: LinkParams,
    query: NoFields,
    body: v.object({
      action: v.picklist(['join', 'leave'], invalidAction),
      token: v.optional(Token),
      adminToken: v.optional(Token),
      name: v.optional(Name),
      /** Secret of an anonymous lease: `join` renews it, `leave` ends it. */
      lease: v.optional(LeaseSecret),
    }),
    bearer: 'body',
    responses: { 200: v.object({ participantCount: v.number(), lease: v.optional(v.string()) }) },
    failures: ['invalid', 'room_not_found', 'lease_not_found', 'too_many_leases', 'not_admin', ...signedTokenFailures],
    issueText: (issues: readonly FieldIssue[]) =>
      issues.some((issue) => issue.path === 'action') ? invalidAction : undefined,
  },
  createInvitation: {
    ...routes.createInvitation,
    ...aboutRoom,
    guesses: 'each',
    summary: 'Create an invitation to a private room (admin)',
    params: LinkParams,
    query: NoFields,
    body: v.object({
      /** The admin token or the operator token. */
      token: Token,
      /** Default name for a participant who uses the invitation and sends no name. */
      name: v.optional(Name),
      /** Lifetime in seconds. */
      expiresIn: v.optional(
        IntegerInRange(limits.joinKey.invitationSecondsMin, limits.joinKey.invitationSecondsMax),
        limits.joinKey.invitationSeconds,
      ),
    }),
    bearer: 'body',
    responses: { 201: v.object({ invitation: v.string(), expiresAt: v.number() }) },
    failures: ['invalid', 'not_admin', 'room_not_found', 'not_private'],
  },
  listMessages: {
    ...routes.listMessages,
    ...aboutRoom,
    summary: 'List messages, oldest first; without before, after and around, the newest page',
    params: LinkParams,
    query: v.pipe(
      v.object({
        before: v.optional(QueryInteger(1)),
        after: v.optional(QueryInteger(0)),
        /** Id of the message in the middle of the page. */
        around: v.optional(QueryInteger(1)),
        limit: pageLimit(limits.page.size, limits.page.sizeMax),
      }),
      v.forward(
        v.check((place) => isExclusiveAround(place), aroundMustStandAlone),
        ['around'],
      ),
    ),
    bearer: 'query',
    responses: { 200: MessagePage },
    failures: ['invalid', 'room_not_found', 'message_not_found', ...signedTokenFailures],
  },
  postMessage: {
    ...routes.postMessage,
    ...aboutRoom,
    summary: 'Post a message; repeating a clientId returns 200 with the existing message',
    params: LinkParams,
    query: NoFields,
    body: v.object({
      token: v.optional(Token),
      adminToken: v.optional(Token),
      name: v.optional(Name),
      clientId: ClientId,
      text: MessageText,
      replyTo: v.optional(MessageId),
    }),
    bearer: 'body',
    responses: { 201: Message, 200: Message },
    failures: [
      'invalid',
      'token_required',
      'not_admin',
      'room_not_found',
      'message_not_found',
      'client_id_reused',
      ...signedTokenFailures,
    ],
  },
  getMessage: {
    ...routes.getMessage,
    ...aboutRoom,
    summary: 'Get a message or its tombstone',
    params: MessageParams,
    query: NoFields,
    bearer: 'query',
    responses: { 200: Message },
    failures: ['invalid', 'room_not_found', 'message_not_found', ...signedTokenFailures],
  },
  searchMessages: {
    ...routes.searchMessages,
    ...aboutRoom,
    summary: 'Search for messages that contain `q` in their text, newest first',
    params: LinkParams,
    query: v.object({
      q: MessageSearchQuery,
      before: v.optional(QueryInteger(1)),
      limit: pageLimit(limits.page.size, limits.page.sizeMax),
    }),
    bearer: 'query',
    responses: { 200: SearchResults },
    failures: ['invalid', 'room_not_found', 'too_fast', ...signedTokenFailures],
  },
  editMessage: {
    ...routes.editMessage,
    ...aboutRoom,
    summary: 'Edit a message (author)',
    params: MessageParams,
    query: NoFields,
    body: v.object({ ...credentialFields, text: MessageText }),
    bearer: 'body',
    responses: { 200: Message },
    failures: [...messageChangeFailures, 'not_author'],
  },
  deleteMessage: {
    ...routes.deleteMessage,
    ...aboutRoom,
    summary: 'Delete a message and leave a tombstone (author or moderator)',
    params: MessageParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: { 200: Message },
    failures: [...messageChangeFailures, 'not_author'],
  },
  addReaction: {
    ...routes.addReaction,
    ...aboutRoom,
    summary: 'Add a reaction to a message',
    params: ReactionParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: { 200: Message },
    failures: [...messageChangeFailures, 'too_many_reactions'],
  },
  removeReaction: {
    ...routes.removeReaction,
    ...aboutRoom,
    summary: 'Remove a reaction from a message',
    params: ReactionParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: { 200: Message },
    failures: messageChangeFailures,
  },
  getReading: {
    ...routes.getReading,
    ...aboutRoom,
    summary: 'Get your read marker and unread count, and, in small rooms, the read markers of all participants',
    params: LinkParams,
    query: NoFields,
    bearer: 'query',
    responses: { 200: v.object({ ...ReadState.entries, marks: v.array(ReadMarker) }) },
    failures: ['invalid', 'room_not_found', 'token_required', 'banned', ...signedTokenFailures],
  },
  setReading: {
    ...routes.setReading,
    ...aboutRoom,
    summary: 'Update your read marker',
    params: LinkParams,
    query: NoFields,
    body: v.object({ ...credentialFields, messageId: MessageId }),
    bearer: 'body',
    responses: { 200: ReadState },
    failures: [...messageChangeFailures, 'banned'],
  },
  reportMessage: {
    ...routes.reportMessage,
    ...aboutRoom,
    summary: 'Report a message to the moderators',
    params: MessageParams,
    query: NoFields,
    body: v.object({ ...credentialFields, reason: v.optional(Reason) }),
    bearer: 'body',
    responses: { 201: ModerationEntry },
    failures: [...messageChangeFailures, 'banned'],
  },
  moderate: {
    ...routes.moderate,
    ...aboutRoom,
    summary: 'Moderate: mute, kick, ban, promote, slow mode, lock, and their opposites (moderators)',
    params: LinkParams,
    query: NoFields,
    body: v.variant('action', moderationActionSchemas(credentialFields)),
    bearer: 'body',
    responses: { 201: ModerationEntry },
    failures: [
      ...messageChangeFailures,
      'not_moderator',
      'not_admin_role',
      'outranked',
      'participant_not_found',
      'banned',
    ],
  },
  getModeration: {
    ...routes.getModeration,
    ...aboutRoom,
    guesses: 'each',
    summary: 'Get the moderation log, newest first, and who is muted, banned or a moderator (moderators)',
    params: LinkParams,
    query: v.object({ before: v.optional(QueryInteger(1)), limit: pageLimit(limits.page.size, limits.page.sizeMax) }),
    bearer: 'query',
    responses: {
      200: v.object({
        entries: v.array(ModerationEntry),
        /** Send it as `before` to get the next page; absent on the last page. */
        next,
        standings: v.array(MemberStatus),
        locked: v.boolean(),
        slowSeconds: v.number(),
      }),
    },
    failures: [
      'invalid',
      'room_not_found',
      'no_credential',
      'not_moderator',
      'banned',
      'too_many_guesses',
      ...signedTokenFailures,
    ],
  },
  eraseOneself: {
    ...routes.eraseOneself,
    ...aboutRoom,
    summary: 'Erase your own messages and reactions from a room; messages become tombstones',
    params: LinkParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: {
      200: v.object({
        /** Messages still to be changed. The service changes them without another call. */
        remaining: v.number(),
      }),
    },
    failures: ['invalid', 'no_credential', 'not_admin', 'room_not_found', 'too_fast', ...signedTokenFailures],
  },
  storeChatMessage: {
    ...routes.storeChatMessage,
    guesses: 'each',
    summary: "Store an entry in a user's session; repeating a chatId returns 200 with the existing entry",
    params: NoFields,
    query: NoFields,
    body: v.object({
      token: v.optional(Token),
      userId: ExternalId,
      /** If absent, a new session is created. */
      sessionId: v.optional(ExternalId),
      message: SessionEntryText,
      role: v.optional(SessionEntryRole),
      chatId: v.optional(ExternalId),
    }),
    bearer: 'token',
    responses: { 201: StoredEntry, 200: StoredEntry },
    failures: ['invalid', 'no_credential', 'not_yours', 'chat_id_reused', ...signedTokenFailures],
  },
  getChatHistory: {
    ...routes.getChatHistory,
    guesses: 'each',
    summary: 'List the entries of a session, oldest first (its user)',
    params: NoFields,
    query: v.object({
      userId: ExternalId,
      sessionId: ExternalId,
      ...pagingFields(limits.sessions.pageSize, limits.sessions.pageSizeMax),
    }),
    bearer: 'query',
    responses: { 200: v.object({ sessionId: v.string(), messages: v.array(SessionEntry), next }) },
    failures: ['invalid', 'no_credential', 'not_yours', 'session_not_found', ...signedTokenFailures],
  },
  getAllSessions: {
    ...routes.getAllSessions,
    guesses: 'each',
    summary: "List a user's sessions, newest first (that user)",
    params: NoFields,
    query: v.object({ userId: ExternalId, ...pagingFields(limits.sessions.listSizeMax, limits.sessions.listSizeMax) }),
    bearer: 'query',
    responses: { 200: v.object({ userId: v.string(), sessions: v.array(SessionInfo), next }) },
    failures: ['invalid', 'no_credential', 'not_yours', ...signedTokenFailures],
  },
  deleteChatHistory: {
    ...routes.deleteChatHistory,
    guesses: 'each',
    summary: 'Delete a session and all its entries (its user)',
    params: NoFields,
    query: NoFields,
    body: v.object({ token: v.optional(Token), userId: ExternalId, sessionId: ExternalId }),
    bodyFromQuery: ['userId', 'sessionId'],
    bearer: 'token',
    responses: { 200: v.literal('Chat history deleted successfully') },
    failures: ['invalid', 'no_credential', 'not_yours', 'session_not_found', ...signedTokenFailures],
  },
  issueToken: {
    ...routes.issueToken,
    guesses: 'each',
    summary: 'Issue a signed token for a user (operator)',
    params: NoFields,
    query: NoFields,
    body: v.object({
      token: v.optional(Token),
      userId: ExternalId,
      name: v.optional(Name),
      /** Lifetime in seconds. */
      expiresIn: v.optional(IntegerInRange(1, limits.participant.tokenSecondsMax), limits.participant.tokenSeconds),
    }),
    bearer: 'token',
    responses: { 201: v.object({ token: v.string(), userId: v.string(), expiresAt: v.number() }) },
    failures: ['invalid', 'no_credential', 'not_operator', 'no_signed_identities'],
  },
  health: {
    ...routes.health,
    summary: 'Check whether the directory and KV respond',
    params: NoFields,
    query: NoFields,
    responses: { 200: v.object({ status: v.literal('ok'), directory: v.literal('ok'), kv: v.literal('ok') }) },
    failures: ['unavailable'],
  },
} as const satisfies Record<string, DocumentedEndpoint>;

export type EndpointName = keyof typeof endpoints;
