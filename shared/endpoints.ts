/**
 * The table of the API: to each route its schemas. The router, the client's types and docs/openapi.json all come from
 * it. Order matters: the first match wins, so fixed paths stand before `/chat/:link`.
 */
import * as v from 'valibot';
import { Cursor, invalidCursor } from './cursor.ts';
import type { FieldIssue } from './decode.ts';
import type { FailureCode } from './failures.ts';
import {
  About,
  ClientId,
  Emoji,
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

/** Of a part of a request in which nothing is looked for. */
export const NoFields = v.object({});
const LinkParams = v.object({ link: Link });
const MessageParams = v.object({ link: Link, id: QueryInteger(1) });
const ReactionParams = v.object({ ...MessageParams.entries, emoji: Emoji });

/** Who acts: `token` says who they are, `adminToken` what they may. */
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
    /** Stays out of the list. Beyond the document. */
    unlisted: v.optional(v.boolean(), false),
    /** Makes the room private. Beyond the document. */
    joinKey: v.optional(JoinKey),
    /** Beyond the document. */
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
      /** Replaces the admin token. Beyond the document, as is all that follows. */
      newToken: v.optional(NewAdminToken),
      /** Makes the room private, or changes its key. */
      joinKey: v.optional(JoinKey),
      keepDays: v.optional(KeepDays),
      /** Opens the room to everyone again: an empty key counts as absent. */
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

/** Where a page of sessions or entries goes on. */
const pagingFields = (defaultLimit: number, maxLimit: number) => ({
  /** The `next` of the page before. */
  after: v.optional(QueryInteger(0)),
  limit: pageLimit(defaultLimit, maxLimit),
});

const next = v.optional(v.string());

/** An entry as its storing is answered; `token` to who claimed the user's id without one. */
const StoredEntry = v.object({ userId: v.string(), ...SessionEntry.entries, token: v.optional(v.string()) });

/** How a call refuses a signed token. */
const signedTokenFailures = ['signed_token_invalid', 'signed_token_expired', 'no_signed_identities'] as const;

const invalidAction = 'Invalid action. Use "join" or "leave"';

/** One row of the table. */
export interface Endpoint extends Route {
  readonly summary: string;
  readonly params: v.GenericSchema;
  readonly query: v.GenericSchema;
  /** Absent on calls that take no body. */
  readonly body?: v.GenericSchema;
  /** Body fields that may stand in the query instead, for clients that cannot send a body. */
  readonly bodyFromQuery?: readonly string[];
  /**
   * What `Authorization: Bearer` stands for: the `token` of the query; the body's, or the `adminToken` where it has one;
   * or the body's whatever it has.
   */
  readonly bearer?: 'query' | 'body' | 'token';
  /** Status and content of each success. */
  readonly responses: Readonly<Record<number, v.GenericSchema>>;
  readonly failures: readonly FailureCode[];
  /** Texts of the document that differ from the common ones. */
  readonly issueText?: (faults: readonly FieldIssue[]) => string | undefined;
}

/** How a change of a message is refused. */
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

/** Whether a call is about a room that may be private: it takes a join key, and may be refused for want of one. */
export function takesJoinKey({ path }: Pick<Endpoint, 'path'>): boolean {
  return path.startsWith('/chat/:link');
}

export const endpoints = {
  createRoom: {
    ...routes.createRoom,
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
    summary: 'List rooms, newest first unless `sort` says otherwise',
    params: NoFields,
    query: v.pipe(
      v.object({
        token: v.optional(Token),
        limit: pageLimit(limits.listSize, limits.listSizeMax),
        offset: v.optional(QueryInteger(0, { default: 0 }), '0'),
        tag: v.optional(v.string()),
        /** Words that title, about or tags must have. Beyond the document, as are `sort` and `after`. */
        q: v.optional(RoomSearchQuery),
        sort: v.optional(ListSort, 'new'),
        /** The `next` of the page before, in the same order. */
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
        /** Send it as `after` for the next page; absent on the last. */
        next: v.optional(v.string()),
      }),
    },
    failures: ['invalid', ...signedTokenFailures],
  },
  rebuildDirectory: {
    ...routes.rebuildDirectory,
    summary: 'Have the rooms that KV knows report to the directory again, a batch a call (operator)',
    params: NoFields,
    query: NoFields,
    body: v.object({
      token: Token,
      /** The `next` of the batch before. */
      after: v.optional(v.string()),
    }),
    bearer: 'body',
    responses: {
      200: v.object({
        /** Rooms that reported. */
        rebuilt: v.number(),
        /** Keys without a room. */
        missing: v.number(),
        /** Rooms that could not be asked; worth another call. */
        failed: v.number(),
        next: v.optional(v.string()),
      }),
    },
    failures: ['invalid', 'not_operator'],
  },
  updateRoom: {
    ...routes.updateRoom,
    summary: 'Change a room (admin)',
    params: NoFields,
    query: NoFields,
    body: RoomUpdate,
    bearer: 'body',
    responses: { 200: RoomView },
    failures: ['invalid', 'not_admin', 'room_not_found'],
  },
  deleteRoom: {
    ...routes.deleteRoom,
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
    summary: 'Read a room',
    params: LinkParams,
    query: v.object({ token: v.optional(Token) }),
    bearer: 'query',
    responses: { 200: RoomView },
    failures: ['invalid', 'room_not_found', ...signedTokenFailures],
  },
  listParticipants: {
    ...routes.listParticipants,
    summary: 'Who is here',
    params: LinkParams,
    query: v.object({
      after: v.optional(v.string()),
      limit: pageLimit(limits.pageSize, limits.pageSizeMax),
    }),
    bearer: 'query',
    responses: {
      200: v.object({
        participants: v.array(Participant),
        participantCount: v.number(),
        /** Send it as `after` for the next page; absent on the last. */
        next: v.optional(v.string()),
      }),
    },
    failures: ['invalid', 'room_not_found'],
  },
  updateParticipants: {
    ...routes.updateParticipants,
    summary: 'Join or leave a room',
    params: LinkParams,
    query: NoFields,
    body: v.object({
      action: v.picklist(['join', 'leave'], invalidAction),
      token: v.optional(Token),
      adminToken: v.optional(Token),
      name: v.optional(Name),
      /** The secret of an anonymous lease: renews it on `join`, ends it on `leave`. */
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
    summary: 'Invite somebody to a private room (admin)',
    params: LinkParams,
    query: NoFields,
    body: v.object({
      /** The admin's. */
      token: Token,
      /** What who comes with it is called where they give no name. */
      name: v.optional(Name),
      /** Seconds. */
      expiresIn: v.optional(
        v.pipe(
          v.number(),
          v.safeInteger('must be a whole number'),
          v.minValue(limits.invitationSecondsMin, `must be at least ${limits.invitationSecondsMin}`),
          v.maxValue(limits.invitationSecondsMax, `must be at most ${limits.invitationSecondsMax}`),
        ),
        limits.invitationSeconds,
      ),
    }),
    bearer: 'body',
    responses: { 201: v.object({ invitation: v.string(), expiresAt: v.number() }) },
    failures: ['invalid', 'not_admin', 'room_not_found', 'not_private'],
  },
  listMessages: {
    ...routes.listMessages,
    summary: 'A page of messages, oldest first; the newest page without before, after and around',
    params: LinkParams,
    query: v.pipe(
      v.object({
        before: v.optional(QueryInteger(1)),
        after: v.optional(QueryInteger(0)),
        /** In the middle of the page. */
        around: v.optional(QueryInteger(1)),
        limit: pageLimit(limits.pageSize, limits.pageSizeMax),
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
    summary: 'Post a message; the same clientId again answers 200 with the same message',
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
    summary: 'One message, or its tombstone',
    params: MessageParams,
    query: NoFields,
    bearer: 'query',
    responses: { 200: Message },
    failures: ['invalid', 'room_not_found', 'message_not_found', ...signedTokenFailures],
  },
  searchMessages: {
    ...routes.searchMessages,
    summary: 'Messages that have `q` anywhere in their text, newest first',
    params: LinkParams,
    query: v.object({
      q: MessageSearchQuery,
      before: v.optional(QueryInteger(1)),
      limit: pageLimit(limits.pageSize, limits.pageSizeMax),
    }),
    bearer: 'query',
    responses: { 200: SearchResults },
    failures: ['invalid', 'room_not_found', 'too_fast', ...signedTokenFailures],
  },
  editMessage: {
    ...routes.editMessage,
    summary: 'Give a message another text (its author)',
    params: MessageParams,
    query: NoFields,
    body: v.object({ ...credentialFields, text: MessageText }),
    bearer: 'body',
    responses: { 200: Message },
    failures: [...messageChangeFailures, 'not_author'],
  },
  deleteMessage: {
    ...routes.deleteMessage,
    summary: 'Leave a tombstone of a message (its author, or a moderator)',
    params: MessageParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: { 200: Message },
    failures: [...messageChangeFailures, 'not_author'],
  },
  addReaction: {
    ...routes.addReaction,
    summary: 'React to a message',
    params: ReactionParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: { 200: Message },
    failures: [...messageChangeFailures, 'too_many_reactions'],
  },
  removeReaction: {
    ...routes.removeReaction,
    summary: 'Take a reaction back',
    params: ReactionParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: { 200: Message },
    failures: messageChangeFailures,
  },
  getReading: {
    ...routes.getReading,
    summary: 'How far one has read, how much is unread, and how far others have read in a room that is no crowd',
    params: LinkParams,
    query: NoFields,
    bearer: 'query',
    responses: { 200: v.object({ ...ReadState.entries, marks: v.array(ReadMarker) }) },
    failures: ['invalid', 'room_not_found', 'token_required', 'banned', ...signedTokenFailures],
  },
  setReading: {
    ...routes.setReading,
    summary: 'Say how far one has read',
    params: LinkParams,
    query: NoFields,
    body: v.object({ ...credentialFields, messageId: MessageId }),
    bearer: 'body',
    responses: { 200: ReadState },
    failures: [...messageChangeFailures, 'banned'],
  },
  reportMessage: {
    ...routes.reportMessage,
    summary: 'Tell the moderators of a message',
    params: MessageParams,
    query: NoFields,
    body: v.object({ ...credentialFields, reason: v.optional(Reason) }),
    bearer: 'body',
    responses: { 201: ModerationEntry },
    failures: [...messageChangeFailures, 'banned'],
  },
  moderate: {
    ...routes.moderate,
    summary: 'Keep order: mute, kick, ban, promote, slow mode, lock and their opposites (moderators)',
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
    summary: 'What was done to keep order, newest first, and who is muted, banned or a moderator (moderators)',
    params: LinkParams,
    query: v.object({ before: v.optional(QueryInteger(1)), limit: pageLimit(limits.pageSize, limits.pageSizeMax) }),
    bearer: 'query',
    responses: {
      200: v.object({
        entries: v.array(ModerationEntry),
        /** Send it as `before` for the next page; absent on the last. */
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
    summary: 'Leave tombstones of all that one has written in a room, and take all reactions back',
    params: LinkParams,
    query: NoFields,
    body: v.object(credentialFields),
    bearer: 'body',
    responses: {
      200: v.object({
        /** Messages that are still to be changed; they will be, without another call. */
        remaining: v.number(),
      }),
    },
    failures: ['invalid', 'no_credential', 'not_admin', 'room_not_found', 'too_fast', ...signedTokenFailures],
  },
  storeChatMessage: {
    ...routes.storeChatMessage,
    summary: 'Store an entry in a session of a user; the same chatId again answers 200 with the same entry',
    params: NoFields,
    query: NoFields,
    body: v.object({
      token: v.optional(Token),
      userId: ExternalId,
      /** Without it a new session begins. */
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
    summary: 'A page of a session, oldest first (its user)',
    params: NoFields,
    query: v.object({
      userId: ExternalId,
      sessionId: ExternalId,
      ...pagingFields(limits.sessionPageSize, limits.sessionPageSizeMax),
    }),
    bearer: 'query',
    responses: { 200: v.object({ sessionId: v.string(), messages: v.array(SessionEntry), next }) },
    failures: ['invalid', 'no_credential', 'not_yours', 'session_not_found', ...signedTokenFailures],
  },
  getAllSessions: {
    ...routes.getAllSessions,
    summary: 'The sessions of a user, newest first (that user)',
    params: NoFields,
    query: v.object({ userId: ExternalId, ...pagingFields(limits.sessionListSizeMax, limits.sessionListSizeMax) }),
    bearer: 'query',
    responses: { 200: v.object({ userId: v.string(), sessions: v.array(SessionInfo), next }) },
    failures: ['invalid', 'no_credential', 'not_yours', ...signedTokenFailures],
  },
  deleteChatHistory: {
    ...routes.deleteChatHistory,
    summary: 'Delete a session with all its entries (its user)',
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
    summary: 'Issue a signed token for a user (operator)',
    params: NoFields,
    query: NoFields,
    body: v.object({
      token: v.optional(Token),
      userId: ExternalId,
      name: v.optional(Name),
      /** Seconds. */
      expiresIn: v.optional(
        v.pipe(
          v.number(),
          v.safeInteger('must be a whole number'),
          v.minValue(1, 'must be at least 1'),
          v.maxValue(limits.tokenSecondsMax, `must be at most ${limits.tokenSecondsMax}`),
        ),
        limits.tokenSeconds,
      ),
    }),
    bearer: 'token',
    responses: { 201: v.object({ token: v.string(), userId: v.string(), expiresAt: v.number() }) },
    failures: ['invalid', 'no_credential', 'not_operator', 'no_signed_identities'],
  },
  health: {
    ...routes.health,
    summary: 'Whether the directory and KV answer',
    params: NoFields,
    query: NoFields,
    responses: { 200: v.object({ status: v.literal('ok'), directory: v.literal('ok'), kv: v.literal('ok') }) },
    failures: ['unavailable'],
  },
} as const satisfies Record<string, Endpoint>;

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;
