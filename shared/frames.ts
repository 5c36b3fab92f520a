/** The frames of `/chat/:link/ws` (docs/protocol.md): what clients may say, and what the room answers. */
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

/** Comes first; again later it refreshes the credential of the same person. Without a token: a viewer. */
export const AuthFrame = v.object({
  type: v.literal('auth'),
  ...ref,
  token: v.optional(Token),
  adminToken: v.optional(Token),
  name: v.optional(Name),
  lease: v.optional(LeaseSecret),
  /** Opens a private room: its join key, or an invitation. */
  joinKey: v.optional(ShownKey),
  resume: v.optional(v.object({ epoch: v.string(), rev: FromZero })),
  /** The client understands `batch` frames. */
  batch: v.optional(v.boolean()),
  /** The protocol's version. */
  v: v.optional(v.literal(1)),
});

/** A new message, or one sent again. */
const SendFrame = v.object({
  type: v.literal('send'),
  ...ref,
  clientId: ClientId,
  text: MessageText,
  replyTo: v.optional(MessageId),
});

/** Another text for a message of one's own. */
const EditFrame = v.object({ type: v.literal('edit'), ...ref, messageId: MessageId, text: MessageText });

/** Leaves a tombstone of a message. */
const DeleteFrame = v.object({ type: v.literal('delete'), ...ref, messageId: MessageId });

/** Gives a reaction, or takes it back. */
const ReactFrame = v.object({
  type: v.literal('react'),
  ...ref,
  messageId: MessageId,
  emoji: Emoji,
  on: v.boolean(),
});

/** What a moderator does. */
const ModerateFrame = v.variant('action', moderationActs({ type: v.literal('moderate'), ...ref }));

/** Tells the moderators of a message. */
const ReportFrame = v.object({
  type: v.literal('report'),
  ...ref,
  messageId: MessageId,
  reason: v.optional(Reason),
});

/** Somebody types, or no longer does. To be said again while it goes on. */
const TypingFrame = v.object({ type: v.literal('typing'), ...ref, on: v.boolean() });

/** How far somebody has read. */
const ReadFrame = v.object({ type: v.literal('read'), ...ref, messageId: MessageId });

/** Asks for a page of the log: the newest one without `before`, `after` and `around`. */
const HistoryFrame = v.pipe(
  v.object({
    type: v.literal('history'),
    ...ref,
    before: v.optional(MessageId),
    /** 0 asks for the beginning. */
    after: v.optional(FromZero),
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
    v.check((place) => standsAlone(place), notAlone),
    ['around'],
  ),
);

/** `{"type":"ping"}` to the letter is answered by the runtime, any other form by the room. */
const PingFrame = v.object({ type: v.literal('ping'), ...ref });

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

/** The limits that a client needs to know while people type. */
type StatedLimits = Pick<typeof limits, 'messageLength' | 'nameLength' | 'frameBytes' | 'pageSizeMax' | 'typingMs'>;

export interface ReadyFrame extends Position, Conduct {
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

/** A message as it now is: new, edited, deleted or reacted to alike. */
type MessageFrame = { type: 'message' } & Message;

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

/** Somebody types, or no longer does; without another such frame it ends by itself after `typingMs`. */
export interface TypingAnswer {
  type: 'typing';
  participant: Participant;
  on: boolean;
}

/** Somebody has read up to a message. */
type ReadAnswer = { type: 'read' } & ReadMark;

/** How far one has read oneself: the answer to a `read` with a `ref`. */
type ReadingFrame = { type: 'reading'; ref?: Ref } & ReadState;

/** What was done to keep order, for moderators; and for whoever did it, with the `ref` of their frame. */
interface ModerationFrame {
  type: 'moderation';
  ref?: Ref;
  entry: ModerationEntry;
}

export interface ErrorFrame {
  type: 'error';
  ref?: Ref;
  statusCode: number;
  error: string;
  /** Seconds. */
  retryAfter?: number;
}

interface PongFrame {
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

/** The `ref` of a frame that is otherwise bad, so that its `error` can bear it. */
function refOf(input: unknown): Ref | undefined {
  const parsed = v.safeParse(v.object({ ref: Ref }), input);
  return parsed.success ? parsed.output.ref : undefined;
}

/**
 * Decodes one frame of a client.
 * @returns the frame or why it is refused, and the `ref` that the answer must bear
 */
export function decodeClientFrame(text: string): { ref: Ref | undefined; frame: Outcome<ClientFrame> } {
  const json = parseJson(text);
  if (!json.ok) return { ref: undefined, frame: json };
  return { ref: refOf(json.value), frame: decode(ClientFrame, json.value) };
}

/** The `error` frame that tells a refusal. */
export function errorFrame(failure: Failure, ref?: Ref): ErrorFrame {
  return {
    type: 'error',
    ...(ref !== undefined && { ref }),
    statusCode: failure.statusCode,
    error: failure.text,
    ...(failure.retryAfter !== undefined && { retryAfter: failure.retryAfter }),
  };
}
