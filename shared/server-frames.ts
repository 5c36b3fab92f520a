/** The frames that a room sends over `/chat/:link/ws` (docs/protocol.md). */
import type { Failure } from './failures.ts';
import type { Ref } from './fields.ts';
import type { LogPosition, Message, MessagePage, ReadMarker, ReadState } from './message.ts';
import type { ChatSettings, ModerationEntry } from './moderation.ts';
import type { Participant, RoleName } from './participant.ts';
import type { RoomInfo } from './room.ts';

/** The limits that a client needs in order to check input. */
type AdvertisedLimits = Record<'messageLength' | 'nameLength' | 'frameBytes' | 'pageSizeMax' | 'typingMs', number>;

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
