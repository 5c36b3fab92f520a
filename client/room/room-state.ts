/**
 * The state of a room as a client knows it, and the pure function that computes it from frames and other events. It needs
 * no socket and no UI. Applying a frame twice has the effect of applying it once.
 */

import type { ReadState } from '../../shared/message.ts';
import type { ChatSettings } from '../../shared/moderation.ts';
import type { RoomInfo } from '../../shared/room.ts';
import type { ServerAckFrame, ServerErrorFrame, ServerFrame } from '../../shared/server-frames.ts';
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

/** A message of this client that `messages` does not contain yet. */
export interface OutgoingMessage {
  clientId: string;
  text: string;
  replyTo?: number;
  /** Milliseconds, by this device's clock. */
  createdAt: number;
  /** Its id in the room, once it was acknowledged: it is stored, and its `message` frame is on the way. */
  messageId?: number;
  /** Why the room refused it. It waits until it is retried or discarded. */
  failure?: Pick<ServerErrorFrame, 'statusCode' | 'error'>;
}

/** The state of the connection. `reconnecting` has the time of the loss in milliseconds; `ended` is final. */
export type ConnectionPhase =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'reconnecting'; since: number }
  | { name: 'ended'; code: number; reason: string };

export interface RoomState extends Timeline, RoomPeople {
  phase: ConnectionPhase;
  room: RoomInfo | null;
  /** Whether members may post, and how often. */
  chatSettings: ChatSettings;
  /** When the next message may be sent (slow mode, rate limit), in milliseconds by this device's clock. */
  waitUntil: number;
  /** The position of this client in the log; null before the first `ready`. */
  position: { epoch: string; rev: number } | null;
  /** How far this participant has read; null for a viewer. */
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

/** An event that changes the state. Times (`at`) are milliseconds by this device's clock. */
export type RoomEvent =
  | { type: 'frame'; frame: ServerFrame; at: number }
  | { type: 'queued'; message: OutgoingMessage }
  | { type: 'discarded'; clientId: string }
  | { type: 'retried'; clientId: string }
  /** A reaction of this client was requested, or is undone because the request failed. */
  | ({ type: 'reacted' } & OwnReaction)
  | { type: 'read'; messageId: number }
  /** Only the newest `keep` messages are still needed. */
  | { type: 'trimmed'; keep: number }
  | { type: 'typing-expired'; at: number }
  | { type: 'lost'; at: number }
  | { type: 'ended'; code: number; reason: string };

/** @returns the state after an event; the same object if nothing has changed */
export function reduce(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case 'frame':
      return applyFrame(state, event.frame, event.at);
    case 'queued':
      return { ...state, outgoing: [...state.outgoing, event.message] };
    case 'discarded':
      return { ...state, outgoing: state.outgoing.filter(({ clientId }) => clientId !== event.clientId) };
    case 'retried':
      return { ...state, outgoing: changeOutgoing(state, event.clientId, ({ failure: _, ...message }) => message) };
    case 'reacted':
      return state.self ? applyReaction(state, state.self.id, event) : state;
    case 'read':
      return applyRead(state, event.messageId);
    case 'trimmed':
      return keepNewest(state, event.keep);
    case 'typing-expired':
      return expireTyping(state, event.at);
    case 'lost':
      return state.phase.name === 'live'
        ? { ...state, typing: [], phase: { name: 'reconnecting', since: event.at } }
        : state;
    case 'ended':
      return { ...state, typing: [], phase: { name: 'ended', code: event.code, reason: event.reason } };
  }
}

/** Whether the frame's `rev` is not the next one, so that at least one frame was missed. */
export function hasGap(state: RoomState, frame: ServerFrame): boolean {
  return frame.type === 'message' && state.position !== null && frame.rev > state.position.rev + 1;
}

/** @returns seconds after which a rate-limited frame may be sent again; undefined for all other errors */
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
        outgoing: changeOutgoing(state, frame.clientId, (message) => ({ ...message, messageId: frame.messageId })),
      });
    case 'presence':
      return applyPresence(state, frame);
    case 'history':
      // A page of another epoch belongs to a room that was deleted.
      return frame.epoch === state.position?.epoch ? applyPage(state, frame) : state;
    case 'room':
      return dropBelowFloor({ ...state, room: frame.room, chatSettings: chatSettingsOf(frame) }, frame.floor);
    case 'error':
      return { ...state, ...applyRetryAfter(state, frame, at), outgoing: applyFailure(state, frame) };
    case 'typing':
      return applyTyping(state, frame, at);
    case 'read':
      return { ...state, marks: { ...state.marks, [frame.id]: frame.messageId } };
    case 'reading':
      return { ...state, reading: { messageId: frame.messageId, unread: frame.unread } };
    case 'batch':
      return frame.frames.reduce((before, one) => applyFrame(before, one, at), state);
    // Frames without an effect on the state, and types that a later version of the room may send.
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
    // Messages that were acknowledged in another epoch were deleted with that room.
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

/** Picks the chat settings from a frame that contains them among other fields. */
function chatSettingsOf({ locked, slowSeconds }: ChatSettings): ChatSettings {
  return { locked, slowSeconds };
}

/** In slow mode, a member's next message has to wait after each acknowledged one. */
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

/** Removes the outgoing messages that `messages` contains by now. */
function dropDelivered(state: RoomState): RoomState {
  const rev = state.position?.rev ?? 0;
  const outgoing = state.outgoing.filter(({ messageId }) => messageId === undefined || messageId > rev);
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}

function changeOutgoing(
  { outgoing }: RoomState,
  clientId: unknown,
  change: (message: OutgoingMessage) => OutgoingMessage,
): OutgoingMessage[] {
  return outgoing.map((message) => (message.clientId === clientId ? change(message) : message));
}

/** A rate-limited message has no failure: it is sent again. */
function applyFailure(state: RoomState, frame: ServerErrorFrame): OutgoingMessage[] {
  const { ref, statusCode, error } = frame;
  if (retryAfterOf(frame) !== undefined) return state.outgoing;
  return changeOutgoing(state, ref, (message) => ({ ...message, failure: { statusCode, error } }));
}
