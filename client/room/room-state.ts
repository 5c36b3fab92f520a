/**
 * What a client knows of a room, as a pure function of what happened: frames in, state out. Any UI can show it, and
 * it can be tested without a socket. A frame heard twice changes nothing.
 */
import type { ServerAckFrame, ServerErrorFrame, ServerFrame } from '../../shared/frames.ts';
import type { ReadState } from '../../shared/message.ts';
import type { ChatSettings } from '../../shared/moderation.ts';
import type { RoomInfo } from '../../shared/room.ts';
import { applyPresence, applyTyping, expireTyping, type RoomPeople, readMarkersById } from './people.ts';
import {
  applyChanges,
  applyPage,
  applyReaction,
  dropBelowFloor,
  fromNewestPage,
  keepNewest,
  type OwnReaction,
  type Timeline,
} from './timeline.ts';

/** A message of one's own that is not among the room's messages yet. */
export interface OutgoingMessage {
  clientId: string;
  text: string;
  replyTo?: number;
  /** Milliseconds, by this device's clock. */
  createdAt: number;
  /** Its id in the room, once it was acknowledged: it is stored, and about to arrive like everyone's. */
  messageId?: number;
  /** Why the room refused it; then it waits for its author to send it again or discard it. */
  failure?: Pick<ServerErrorFrame, 'statusCode' | 'error'>;
}

/** How the connection is. `ended` is final: the service said that coming back is of no use. */
export type ConnectionPhase =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'reconnecting'; since: number }
  | { name: 'ended'; code: number; reason: string };

export interface RoomState extends Timeline, RoomPeople {
  phase: ConnectionPhase;
  room: RoomInfo | null;
  /** How members may post. */
  chatSettings: ChatSettings;
  /** Until when the next message of one's own has to wait (slow mode, haste), in milliseconds by this device's clock. */
  waitUntil: number;
  /** Where this client stands in the log; null before the first `ready`. */
  position: { epoch: string; rev: number } | null;
  /** How far one had read when the room was entered, and has since; null for a viewer. */
  reading: ReadState | null;
  outgoing: OutgoingMessage[];
}

export const initialState: RoomState = {
  phase: { name: 'connecting' },
  self: null,
  role: 'viewer',
  room: null,
  participants: [],
  participantCount: 0,
  typing: [],
  marks: {},
  chatSettings: { locked: false, slowSeconds: 0 },
  waitUntil: 0,
  position: null,
  reading: null,
  messages: [],
  hasOlder: false,
  hasNewer: false,
  newestId: 0,
  floor: 1,
  outgoing: [],
};

/** What can happen to a room as a client sees it. Times (`at`) are milliseconds by this device's clock. */
export type RoomEvent =
  | { type: 'frame'; frame: ServerFrame; at: number }
  | { type: 'queued'; message: OutgoingMessage }
  | { type: 'discarded'; clientId: string }
  | { type: 'retried'; clientId: string }
  /** One's own reaction was asked for, or its refusal takes it back. */
  | ({ type: 'reacted' } & OwnReaction)
  /** One has read up to a message. */
  | { type: 'read'; messageId: number }
  /** Only the newest so many messages are still wanted. */
  | { type: 'trimmed'; keep: number }
  | { type: 'passed'; at: number }
  | { type: 'lost'; at: number }
  | { type: 'ended'; code: number; reason: string };

/** The state after an event. */
export function reduce(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case 'frame':
      return applyFrame(state, event.frame, event.at);
    case 'queued':
      return { ...state, outgoing: [...state.outgoing, event.message] };
    case 'discarded':
      return { ...state, outgoing: state.outgoing.filter(({ clientId }) => clientId !== event.clientId) };
    case 'retried':
      return { ...state, outgoing: state.outgoing.map((message) => withoutFailure(message, event.clientId)) };
    case 'reacted':
      return state.self ? applyReaction(state, state.self.id, event) : state;
    case 'read':
      return applyRead(state, event.messageId);
    case 'trimmed':
      return keepNewest(state, event.keep);
    case 'passed':
      return expireTyping(state, event.at);
    case 'lost':
      return state.phase.name === 'live'
        ? { ...state, typing: [], phase: { name: 'reconnecting', since: event.at } }
        : state;
    case 'ended':
      return { ...state, typing: [], phase: { name: 'ended', code: event.code, reason: event.reason } };
  }
}

/** Whether a frame shows that one before it was missed: its `rev` is not the next. */
export function hasGap(state: RoomState, frame: ServerFrame): boolean {
  return frame.type === 'message' && state.position !== null && frame.rev > state.position.rev + 1;
}

/** Seconds after which what was refused for its haste may be sent again; undefined for any other refusal. */
export function retryAfterOf({ statusCode, retryAfter }: ServerErrorFrame): number | undefined {
  return statusCode === 429 ? (retryAfter ?? 1) : undefined;
}

function applyFrame(state: RoomState, frame: ServerFrame, at: number): RoomState {
  switch (frame.type) {
    case 'ready':
      return applyReady(state, frame);
    case 'message': {
      const { type: _, ...message } = frame;
      if (!state.position || message.rev <= state.position.rev) return state;
      const position = { ...state.position, rev: message.rev };
      const typingEnded = { type: 'typing', participant: message.author, on: false } as const;
      const withoutTyping = message.id === message.rev ? applyTyping(state, typingEnded, at) : state;
      return dropDelivered(applyChanges({ ...withoutTyping, position }, [message], state.self?.id));
    }
    case 'ack':
      return dropDelivered({
        ...state,
        ...applySlowMode(state, frame, at),
        outgoing: state.outgoing.map(withMessageId(frame)),
      });
    case 'presence':
      return applyPresence(state, frame);
    case 'history':
      // One of another epoch is of a room that is no more.
      return frame.epoch === state.position?.epoch ? applyPage(state, frame) : state;
    case 'room':
      return dropBelowFloor({ ...state, room: frame.room, chatSettings: chatSettingsOf(frame) }, frame.floor);
    case 'error':
      return { ...state, ...applyRetryAfter(state, frame, at), outgoing: state.outgoing.map(withFailure(frame)) };
    case 'typing':
      return applyTyping(state, frame, at);
    case 'read':
      return { ...state, marks: { ...state.marks, [frame.id]: frame.messageId } };
    case 'reading':
      return { ...state, reading: { messageId: frame.messageId, unread: frame.unread } };
    case 'batch':
      return frame.frames.reduce((before, one) => applyFrame(before, one, at), state);
    // Among what a later version of the room may say, too.
    default:
      return state;
  }
}

function applyReady(state: RoomState, frame: Extract<ServerFrame, { type: 'ready' }>): RoomState {
  const { epoch, rev, floor, room, participant: self, role, participants, messages, recovered } = frame;
  const timeline: Timeline = recovered ? applyChanges(state, messages) : fromNewestPage(messages, floor);
  const isSameEpoch = ({ messageId }: OutgoingMessage) => messageId === undefined || state.position?.epoch === epoch;
  return dropDelivered({
    ...state,
    ...dropBelowFloor(timeline, floor),
    // What was acknowledged in an earlier life of the room went with it.
    outgoing: recovered ? state.outgoing : state.outgoing.filter(isSameEpoch),
    phase: { name: 'live' },
    self,
    role,
    room,
    participants,
    participantCount: room.participantCount,
    marks: readMarkersById(frame.marks),
    chatSettings: chatSettingsOf(frame),
    position: { epoch, rev },
    reading: frame.reading ?? null,
  });
}

/** Only these two fields: a frame has many. */
function chatSettingsOf({ locked, slowSeconds }: ChatSettings): ChatSettings {
  return { locked, slowSeconds };
}

/** In slow mode a member's next message has to wait from the last one on. */
function applySlowMode({ chatSettings, role }: RoomState, ack: ServerAckFrame, at: number): Partial<RoomState> {
  const isSlowed = ack.clientId !== undefined && !ack.duplicate && role === 'member' && chatSettings.slowSeconds > 0;
  return isSlowed ? { waitUntil: at + chatSettings.slowSeconds * 1_000 } : {};
}

function applyRetryAfter({ outgoing }: RoomState, frame: ServerErrorFrame, at: number): Partial<RoomState> {
  const retryAfter = retryAfterOf(frame);
  const isOfMessage = outgoing.some(({ clientId }) => clientId === frame.ref);
  return retryAfter !== undefined && isOfMessage ? { waitUntil: at + retryAfter * 1_000 } : {};
}

function applyRead(state: RoomState, messageId: number): RoomState {
  const { reading } = state;
  if (!reading || reading.messageId >= messageId) return state;
  return { ...state, reading: { ...reading, messageId } };
}

/** Lets go of one's own messages that have come to be among the room's. */
function dropDelivered(state: RoomState): RoomState {
  const rev = state.position?.rev ?? 0;
  const outgoing = state.outgoing.filter(({ messageId }) => messageId === undefined || messageId > rev);
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}

function withMessageId({ clientId, messageId }: ServerAckFrame): (message: OutgoingMessage) => OutgoingMessage {
  return (message) => (message.clientId === clientId ? { ...message, messageId } : message);
}

function withFailure(frame: ServerErrorFrame): (message: OutgoingMessage) => OutgoingMessage {
  const { ref, statusCode, error } = frame;
  const isFinal = retryAfterOf(frame) === undefined;
  return (message) => (isFinal && message.clientId === ref ? { ...message, failure: { statusCode, error } } : message);
}

function withoutFailure(message: OutgoingMessage, clientId: string): OutgoingMessage {
  if (message.clientId !== clientId) return message;
  const { failure: _, ...rest } = message;
  return rest;
}
