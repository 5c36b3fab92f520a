/** The frames of `/chat/:link/ws` (docs/protocol.md): what clients may say, and what the room answers. */
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

/** Comes first; again later it refreshes the credential of the same person. Without a token: a viewer. */
export const ClientAuthFrame = v.object({
  type: v.literal('auth'),
  ...refField,
  token: v.optional(Token),
  adminToken: v.optional(Token),
  name: v.optional(Name),
  lease: v.optional(LeaseSecret),
  /** Opens a private room: its join key, or an invitation. */
  joinKey: v.optional(PresentedKey),
  resume: v.optional(v.object({ epoch: v.string(), rev: NonNegativeInteger })),
  /** The client understands `batch` frames. */
  batch: v.optional(v.boolean()),
  /** The protocol's version. */
  v: v.optional(v.literal(1)),
});

/** A new message, or one sent again. */
export const ClientSendFrame = v.object({
  type: v.literal('send'),
  ...refField,
  clientId: ClientId,
  text: MessageText,
  replyTo: v.optional(MessageId),
});

/** Another text for a message of one's own. */
export const ClientEditFrame = v.object({
  type: v.literal('edit'),
  ...refField,
  messageId: MessageId,
  text: MessageText,
});

/** Leaves a tombstone of a message. */
export const ClientDeleteFrame = v.object({ type: v.literal('delete'), ...refField, messageId: MessageId });

/** Gives a reaction, or takes it back. */
export const ClientReactFrame = v.object({
  type: v.literal('react'),
  ...refField,
  messageId: MessageId,
  emoji: Emoji,
  on: v.boolean(),
});

/** What a moderator does. */
export const ClientModerateFrame = v.variant(
  'action',
  moderationActionSchemas({ type: v.literal('moderate'), ...refField }),
);

/** Tells the moderators of a message. */
export const ClientReportFrame = v.object({
  type: v.literal('report'),
  ...refField,
  messageId: MessageId,
  reason: v.optional(Reason),
});

/** Somebody types, or no longer does. To be said again while it goes on. */
export const ClientTypingFrame = v.object({ type: v.literal('typing'), ...refField, on: v.boolean() });

/** How far somebody has read. */
export const ClientReadFrame = v.object({ type: v.literal('read'), ...refField, messageId: MessageId });

/** Asks for a page of the log: the newest one without `before`, `after` and `around`. */
export const ClientHistoryFrame = v.pipe(
  v.object({
    type: v.literal('history'),
    ...refField,
    before: v.optional(MessageId),
    /** 0 asks for the beginning. */
    after: v.optional(NonNegativeInteger),
    /** In the middle of the page. */
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

/** `{"type":"ping"}` to the letter is answered by the runtime, any other form by the room. */
export const ClientPingFrame = v.object({ type: v.literal('ping'), ...refField });

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

/** The limits that a client needs to know while people type. */
export type AdvertisedLimits = Pick<
  typeof limits,
  'messageLength' | 'nameLength' | 'frameBytes' | 'pageSizeMax' | 'typingMs'
>;

export interface ServerReadyFrame extends LogPosition, ChatSettings {
  type: 'ready';
  ref?: Ref;
  /** Who the room takes this socket for; null for a viewer. */
  participant: Participant | null;
  role: RoleName;
  /** When the signed token expires, in milliseconds: a new `auth` before then keeps the socket's rights. */
  expiresAt?: number;
  room: RoomInfo;
  /** Whether `messages` are all that changed since `resume`; else they are the newest page, and all before is void. */
  recovered: boolean;
  messages: Message[];
  participants: Participant[];
  /** How far one has read, and what is left; absent for a viewer. */
  reading?: ReadState;
  /** Everyone's marks; empty in a crowd. */
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

/** A message as it now is: new, edited, deleted or reacted to alike. */
export type ServerMessageFrame = { type: 'message' } & Message;

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

/** Somebody types, or no longer does; without another such frame it ends by itself after `typingMs`. */
export interface ServerTypingFrame {
  type: 'typing';
  participant: Participant;
  on: boolean;
}

/** Somebody has read up to a message. */
export type ServerReadFrame = { type: 'read' } & ReadMarker;

/** How far one has read oneself: the answer to a `read` with a `ref`. */
export type ServerReadingFrame = { type: 'reading'; ref?: Ref } & ReadState;

/** What was done to keep order, for moderators; and for whoever did it, with the `ref` of their frame. */
export interface ServerModerationFrame {
  type: 'moderation';
  ref?: Ref;
  entry: ModerationEntry;
}

export interface ServerErrorFrame {
  type: 'error';
  ref?: Ref;
  statusCode: number;
  error: string;
  /** Seconds. */
  retryAfter?: number;
}

export interface ServerPongFrame {
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

/** The `ref` of a frame that is otherwise bad, so that its `error` can bear it. */
function parseRef(input: unknown): Ref | undefined {
  const parsed = v.safeParse(v.object({ ref: Ref }), input);
  return parsed.success ? parsed.output.ref : undefined;
}

/**
 * Decodes one frame of a client.
 * @returns the frame or why it is refused, and the `ref` that the answer must bear
 */
export function decodeClientFrame(text: string): { ref: Ref | undefined; frame: Result<ClientFrame> } {
  const json = parseJson(text);
  if (!json.ok) return { ref: undefined, frame: json };
  return { ref: parseRef(json.value), frame: decode(ClientFrame, json.value) };
}

/** The `error` frame that tells a refusal. */
export function errorFrame(failure: Failure, ref?: Ref): ServerErrorFrame {
  return {
    type: 'error',
    ...(ref !== undefined && { ref }),
    statusCode: failure.statusCode,
    error: failure.text,
    ...(failure.retryAfter !== undefined && { retryAfter: failure.retryAfter }),
  };
}
