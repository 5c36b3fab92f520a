/** The frames of `/chat/:link/ws` (docs/protocol.md): those that clients send and those that the room sends. */
import * as v from 'valibot';
import { decode, parseJson } from './decode.ts';
import type { Failure, Outcome } from './failures.ts';
import { limits } from './limits.ts';
import {
  type Message,
  type MessagePage,
  notAlone,
  type Position,
  type ReadMark,
  type ReadState,
  standsAlone,
} from './message.ts';
import { type Conduct, type ModerationEntry, moderationActs } from './moderation.ts';
import type { Participant, RoleName } from './participant.ts';
import type { RoomInfo } from './room.ts';
import { ClientId, Emoji, LeaseSecret, MessageId, MessageText, Name, Reason, Ref, ShownKey, Token } from './text.ts';

const ref = { ref: v.optional(Ref) };

const FromZero = v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(0, 'must be at least 0'));

/** The first frame. A later one refreshes the credential of the same participant. Without a token: a viewer. */
export const AuthFrame = v.object({
  type: v.literal('auth'),
  ...ref,
  token: v.optional(Token),
  adminToken: v.optional(Token),
  name: v.optional(Name),
  lease: v.optional(LeaseSecret),
  /** The join key of a private room, or an invitation. */
  joinKey: v.optional(ShownKey),
  resume: v.optional(v.object({ epoch: v.string(), rev: FromZero })),
  /** Whether the client understands `batch` frames. */
  batch: v.optional(v.boolean()),
  /** Protocol version. */
  v: v.optional(v.literal(1)),
});

/** Posts a message. With a `clientId` that was used before, returns the existing message. */
export const SendFrame = v.object({
  type: v.literal('send'),
  ...ref,
  clientId: ClientId,
  text: MessageText,
  replyTo: v.optional(MessageId),
});

/** Replaces the text of the sender's own message. */
export const EditFrame = v.object({ type: v.literal('edit'), ...ref, messageId: MessageId, text: MessageText });

/** Deletes a message and leaves a tombstone. */
export const DeleteFrame = v.object({ type: v.literal('delete'), ...ref, messageId: MessageId });

/** Adds (`on`) or removes a reaction. */
export const ReactFrame = v.object({
  type: v.literal('react'),
  ...ref,
  messageId: MessageId,
  emoji: Emoji,
  on: v.boolean(),
});

/** A moderation action. */
export const ModerateFrame = v.variant('action', moderationActs({ type: v.literal('moderate'), ...ref }));

/** Reports a message to the moderators. */
export const ReportFrame = v.object({
  type: v.literal('report'),
  ...ref,
  messageId: MessageId,
  reason: v.optional(Reason),
});

/** The sender started or stopped typing. Clients repeat it while typing continues. */
export const TypingFrame = v.object({ type: v.literal('typing'), ...ref, on: v.boolean() });

/** Marks everything up to this message as read. */
export const ReadFrame = v.object({ type: v.literal('read'), ...ref, messageId: MessageId });

/** Requests a page of the log. Without `before`, `after` and `around`, the newest page. */
export const HistoryFrame = v.pipe(
  v.object({
    type: v.literal('history'),
    ...ref,
    before: v.optional(MessageId),
    /** 0 requests the first page. */
    after: v.optional(FromZero),
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
    v.check((place) => standsAlone(place), notAlone),
    ['around'],
  ),
);

/** The runtime answers exactly `{"type":"ping"}`; the room answers any other form. */
export const PingFrame = v.object({ type: v.literal('ping'), ...ref });

export const ClientFrame = v.variant('type', [
  AuthFrame,
  SendFrame,
  EditFrame,
  DeleteFrame,
  ReactFrame,
  ModerateFrame,
  ReportFrame,
  TypingFrame,
  ReadFrame,
  HistoryFrame,
  PingFrame,
]);
export type ClientFrame = v.InferOutput<typeof ClientFrame>;
export type AuthFrame = v.InferOutput<typeof AuthFrame>;
export type Ref = v.InferOutput<typeof Ref>;

/** The limits that a client needs in order to check input. */
export type StatedLimits = Pick<
  typeof limits,
  'messageLength' | 'nameLength' | 'frameBytes' | 'pageSizeMax' | 'typingMs'
>;

export interface ReadyFrame extends Position, Conduct {
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
  marks: ReadMark[];
  limits: StatedLimits;
}

export interface AckFrame {
  type: 'ack';
  ref?: Ref;
  clientId?: string;
  messageId: number;
  rev: number;
  createdAt: number;
  duplicate: boolean;
}

/** The current state of a message after it was posted, edited, deleted or reacted to. */
export type MessageFrame = { type: 'message' } & Message;

export interface PresenceFrame {
  type: 'presence';
  participantCount: number;
  joined?: Participant[];
  left?: Participant[];
}

export type HistoryAnswer = { type: 'history'; ref?: Ref } & MessagePage;

export interface RoomFrame extends Conduct {
  type: 'room';
  room: RoomInfo;
  floor: number;
}

/** A participant started or stopped typing. Without another such frame, typing ends after `typingMs`. */
export interface TypingAnswer {
  type: 'typing';
  participant: Participant;
  on: boolean;
}

/** A participant has read up to a message. */
export type ReadAnswer = { type: 'read' } & ReadMark;

/** The receiver's own read state: the answer to a `read` with a `ref`. */
export type ReadingFrame = { type: 'reading'; ref?: Ref } & ReadState;

/** An entry of the moderation log, sent to moderators and, with the `ref` of the frame, to the sender. */
export interface ModerationFrame {
  type: 'moderation';
  ref?: Ref;
  entry: ModerationEntry;
}

export interface ErrorFrame {
  type: 'error';
  ref?: Ref;
  statusCode: number;
  error: string;
  /** Seconds to wait before a retry. */
  retryAfter?: number;
}

export interface PongFrame {
  type: 'pong';
  ref?: Ref;
}

export interface BatchFrame {
  type: 'batch';
  frames: Exclude<ServerFrame, BatchFrame>[];
}

export type ServerFrame =
  | ReadyFrame
  | AckFrame
  | MessageFrame
  | PresenceFrame
  | HistoryAnswer
  | RoomFrame
  | ModerationFrame
  | TypingAnswer
  | ReadAnswer
  | ReadingFrame
  | ErrorFrame
  | PongFrame
  | BatchFrame;

/** The `ref` of a frame that may otherwise be invalid, so that its `error` can contain it. */
function refOf(input: unknown): Ref | undefined {
  const parsed = v.safeParse(v.object({ ref: Ref }), input);
  return parsed.success ? parsed.output.ref : undefined;
}

/**
 * Decodes one frame of a client.
 * @returns the frame or the failure (`bad_json` or `invalid`, 400), and the `ref` that the answer must contain
 */
export function decodeClientFrame(text: string): { ref: Ref | undefined; frame: Outcome<ClientFrame> } {
  const json = parseJson(text);
  if (!json.ok) return { ref: undefined, frame: json };
  return { ref: refOf(json.value), frame: decode(ClientFrame, json.value) };
}

/** Builds the `error` frame of a failure. */
export function errorFrame(failure: Failure, ref?: Ref): ErrorFrame {
  return {
    type: 'error',
    ...(ref !== undefined && { ref }),
    statusCode: failure.statusCode,
    error: failure.text,
    ...(failure.retryAfter !== undefined && { retryAfter: failure.retryAfter }),
  };
}
