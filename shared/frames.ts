/** The frames of `/chat/:link/ws` (docs/protocol.md): those that clients send and those that the room sends. */
import * as v from 'valibot';
import { decode, parseJson } from './decode.ts';
import type { Failure, Result } from './failures.ts';
import {
  ClientId,
  Emoji,
  LeaseSecret,
  MessageId,
  MessageText,
  Name,
  PresentedKey,
  Reason,
  Ref,
  Token,
} from './fields.ts';
import { limits } from './limits.ts';
import {
  aroundMustStandAlone,
  isExclusiveAround,
  type LogPosition,
  type Message,
  type MessagePage,
  type ReadMarker,
  type ReadState,
} from './message.ts';
import { type ChatSettings, type ModerationEntry, moderationActionSchemas } from './moderation.ts';
import type { Participant, RoleName } from './participant.ts';
import type { RoomInfo } from './room.ts';

const refField = { ref: v.optional(Ref) };

const NonNegativeInteger = v.pipe(
  v.number(),
  v.safeInteger('must be a whole number'),
  v.minValue(0, 'must be at least 0'),
);

/** The first frame. A later one refreshes the credential of the same participant. Without a token: a viewer. */
export const ClientAuthFrame = v.object({
  type: v.literal('auth'),
  ...refField,
  token: v.optional(Token),
  adminToken: v.optional(Token),
  name: v.optional(Name),
  lease: v.optional(LeaseSecret),
  /** The join key of a private room, or an invitation. */
  joinKey: v.optional(PresentedKey),
  resume: v.optional(v.object({ epoch: v.string(), rev: NonNegativeInteger })),
  /** Whether the client understands `batch` frames. */
  batch: v.optional(v.boolean()),
  /** Protocol version. */
  v: v.optional(v.literal(1)),
});

/** Posts a message. With a `clientId` that was used before, returns the existing message. */
const ClientSendFrame = v.object({
  type: v.literal('send'),
  ...refField,
  clientId: ClientId,
  text: MessageText,
  replyTo: v.optional(MessageId),
});

/** Replaces the text of the sender's own message. */
const ClientEditFrame = v.object({
  type: v.literal('edit'),
  ...refField,
  messageId: MessageId,
  text: MessageText,
});

/** Deletes a message and leaves a tombstone. */
const ClientDeleteFrame = v.object({ type: v.literal('delete'), ...refField, messageId: MessageId });

/** Adds (`on`) or removes a reaction. */
const ClientReactFrame = v.object({
  type: v.literal('react'),
  ...refField,
  messageId: MessageId,
  emoji: Emoji,
  on: v.boolean(),
});

/** A moderation action. */
const ClientModerateFrame = v.variant('action', moderationActionSchemas({ type: v.literal('moderate'), ...refField }));

/** Reports a message to the moderators. */
const ClientReportFrame = v.object({
  type: v.literal('report'),
  ...refField,
  messageId: MessageId,
  reason: v.optional(Reason),
});

/** The sender started or stopped typing. Clients repeat it while typing continues. */
const ClientTypingFrame = v.object({ type: v.literal('typing'), ...refField, on: v.boolean() });

/** Marks everything up to this message as read. */
const ClientReadFrame = v.object({ type: v.literal('read'), ...refField, messageId: MessageId });

/** Requests a page of the log. Without `before`, `after` and `around`, the newest page. */
const ClientHistoryFrame = v.pipe(
  v.object({
    type: v.literal('history'),
    ...refField,
    before: v.optional(MessageId),
    /** 0 requests the first page. */
    after: v.optional(NonNegativeInteger),
    /** Id of the message in the middle of the page. */
    around: v.optional(MessageId),
    limit: v.optional(
      v.pipe(
        v.number(),
        v.safeInteger('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
        v.transform((limit) => Math.min(limit, limits.pageSizeMax)),
      ),
    ),
  }),
  v.forward(
    v.check((place) => isExclusiveAround(place), aroundMustStandAlone),
    ['around'],
  ),
);

/** The runtime answers exactly `{"type":"ping"}`; the room answers any other form. */
const ClientPingFrame = v.object({ type: v.literal('ping'), ...refField });

export const ClientFrame = v.variant('type', [
  ClientAuthFrame,
  ClientSendFrame,
  ClientEditFrame,
  ClientDeleteFrame,
  ClientReactFrame,
  ClientModerateFrame,
  ClientReportFrame,
  ClientTypingFrame,
  ClientReadFrame,
  ClientHistoryFrame,
  ClientPingFrame,
]);
export type ClientFrame = v.InferOutput<typeof ClientFrame>;
export type ClientAuthFrame = v.InferOutput<typeof ClientAuthFrame>;
export type Ref = v.InferOutput<typeof Ref>;

/** The limits that a client needs in order to check input. */
type AdvertisedLimits = Pick<typeof limits, 'messageLength' | 'nameLength' | 'frameBytes' | 'pageSizeMax' | 'typingMs'>;

export interface ServerReadyFrame extends LogPosition, ChatSettings {
  type: 'ready';
  ref?: Ref;
  /** The participant that this socket belongs to; null for a viewer. */
  participant: Participant | null;
  role: RoleName;
  /** Expiry time of the signed token, in milliseconds. A new `auth` before then keeps the rights of the socket. */
  expiresAt?: number;
  room: RoomInfo;
  /** If true, `messages` are all changes since `resume`; otherwise the newest page, and earlier state is invalid. */
  recovered: boolean;
  messages: Message[];
  participants: Participant[];
  /** The participant's read marker and unread count; absent for a viewer. */
  reading?: ReadState;
  /** Read markers of all participants; empty in large rooms. */
  marks: ReadMarker[];
  limits: AdvertisedLimits;
}

export interface ServerAckFrame {
  type: 'ack';
  ref?: Ref;
  clientId?: string;
  messageId: number;
  rev: number;
  createdAt: number;
  duplicate: boolean;
}

/** The current state of a message after it was posted, edited, deleted or reacted to. */
type ServerMessageFrame = { type: 'message' } & Message;

export interface ServerPresenceFrame {
  type: 'presence';
  participantCount: number;
  joined?: Participant[];
  left?: Participant[];
}

export type ServerHistoryFrame = { type: 'history'; ref?: Ref } & MessagePage;

export interface ServerRoomFrame extends ChatSettings {
  type: 'room';
  room: RoomInfo;
  floor: number;
}

/** A participant started or stopped typing. Without another such frame, typing ends after `typingMs`. */
export interface ServerTypingFrame {
  type: 'typing';
  participant: Participant;
  on: boolean;
}

/** A participant has read up to a message. */
type ServerReadFrame = { type: 'read' } & ReadMarker;

/** The receiver's own read state: the answer to a `read` with a `ref`. */
type ServerReadingFrame = { type: 'reading'; ref?: Ref } & ReadState;

/** An entry of the moderation log, sent to moderators and, with the `ref` of the frame, to the sender. */
interface ServerModerationFrame {
  type: 'moderation';
  ref?: Ref;
  entry: ModerationEntry;
}

export interface ServerErrorFrame {
  type: 'error';
  ref?: Ref;
  statusCode: number;
  error: string;
  /** Seconds to wait before a retry. */
  retryAfter?: number;
}

interface ServerPongFrame {
  type: 'pong';
  ref?: Ref;
}

export interface ServerBatchFrame {
  type: 'batch';
  frames: Exclude<ServerFrame, ServerBatchFrame>[];
}

export type ServerFrame =
  | ServerReadyFrame
  | ServerAckFrame
  | ServerMessageFrame
  | ServerPresenceFrame
  | ServerHistoryFrame
  | ServerRoomFrame
  | ServerModerationFrame
  | ServerTypingFrame
  | ServerReadFrame
  | ServerReadingFrame
  | ServerErrorFrame
  | ServerPongFrame
  | ServerBatchFrame;

/** The `ref` of a frame that may otherwise be invalid, so that its `error` can contain it. */
function parseRef(input: unknown): Ref | undefined {
  const parsed = v.safeParse(v.object({ ref: Ref }), input);
  return parsed.success ? parsed.output.ref : undefined;
}

/**
 * Decodes one frame of a client.
 * @returns the frame or the failure (`bad_json` or `invalid`, 400), and the `ref` that the answer must contain
 */
export function decodeClientFrame(text: string): { ref: Ref | undefined; frame: Result<ClientFrame> } {
  const json = parseJson(text);
  if (!json.ok) return { ref: undefined, frame: json };
  return { ref: parseRef(json.value), frame: decode(ClientFrame, json.value) };
}

/** Builds the `error` frame of a failure. */
export function errorFrame(failure: Failure, ref?: Ref): ServerErrorFrame {
  return {
    type: 'error',
    ...(ref !== undefined && { ref }),
    statusCode: failure.statusCode,
    error: failure.text,
    ...(failure.retryAfter !== undefined && { retryAfter: failure.retryAfter }),
  };
}
