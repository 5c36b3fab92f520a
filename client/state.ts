/**
 * What a client knows of a room, as a pure function of what happened: frames in, state out. Any UI can show it, and
 * it can be tested without a socket. Messages are upserts ordered by `rev`, so a frame heard twice changes nothing.
 */
import type { AckFrame, ErrorFrame, ServerFrame } from '../shared/frames.ts';
import type { Message } from '../shared/message.ts';
import type { Conduct } from '../shared/moderation.ts';
import type { Participant, RoleName } from '../shared/participant.ts';
import type { RoomInfo } from '../shared/room.ts';

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
  failure?: Pick<ErrorFrame, 'statusCode' | 'error'>;
}

/** How the connection is. `ended` is final: the service said that coming back is of no use. */
export type ConnectionPhase =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'reconnecting'; since: number }
  | { name: 'ended'; code: number; reason: string };

export interface RoomState {
  phase: ConnectionPhase;
  /** Who the room takes this client for; null for a viewer. */
  self: Participant | null;
  role: RoleName;
  room: RoomInfo | null;
  participants: Participant[];
  participantCount: number;
  /** How members may post. */
  conduct: Conduct;
  /** Where this client stands in the log; null before the first `ready`. */
  position: { epoch: string; rev: number } | null;
  /** By id; a page of history loaded at the beginning joins without a gap. */
  messages: Message[];
  /** Whether older messages may exist than the first of `messages`. */
  hasOlder: boolean;
  outgoing: OutgoingMessage[];
}

export const initialState: RoomState = {
  phase: { name: 'connecting' },
  self: null,
  role: 'viewer',
  room: null,
  participants: [],
  participantCount: 0,
  conduct: { locked: false, slowSeconds: 0 },
  position: null,
  messages: [],
  hasOlder: false,
  outgoing: [],
};

/** What can happen to a room as a client sees it. */
export type RoomEvent =
  | { type: 'frame'; frame: ServerFrame }
  | { type: 'queued'; message: OutgoingMessage }
  | { type: 'discarded'; clientId: string }
  | { type: 'retried'; clientId: string }
  | { type: 'lost'; at: number }
  | { type: 'ended'; code: number; reason: string };

/** The state after an event. */
export function advance(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case 'frame':
      return hear(state, event.frame);
    case 'queued':
      return { ...state, outgoing: [...state.outgoing, event.message] };
    case 'discarded':
      return { ...state, outgoing: state.outgoing.filter(({ clientId }) => clientId !== event.clientId) };
    case 'retried':
      return { ...state, outgoing: state.outgoing.map((message) => withoutFailure(message, event.clientId)) };
    case 'lost':
      return state.phase.name === 'live' ? { ...state, phase: { name: 'reconnecting', since: event.at } } : state;
    case 'ended':
      return { ...state, phase: { name: 'ended', code: event.code, reason: event.reason } };
  }
}

/** Whether a frame shows that one before it was missed: its `rev` is not the next. */
export function showsGap(state: RoomState, frame: ServerFrame): boolean {
  return frame.type === 'message' && state.position !== null && frame.rev > state.position.rev + 1;
}

/** Seconds after which what was refused for its haste may be sent again; undefined for any other refusal. */
export function pauseOf({ statusCode, retryAfter }: ErrorFrame): number | undefined {
  return statusCode === 429 ? (retryAfter ?? 1) : undefined;
}

function hear(state: RoomState, frame: ServerFrame): RoomState {
  switch (frame.type) {
    case 'ready':
      return welcome(state, frame);
    case 'message': {
      const { type: _, ...message } = frame;
      if (!state.position || message.rev <= state.position.rev) return state;
      const position = { ...state.position, rev: message.rev };
      return arrived({ ...upsert(state, withinReach(state, [message])), position });
    }
    case 'ack':
      return arrived({ ...state, outgoing: state.outgoing.map((message) => withId(message, frame)) });
    case 'presence':
      return {
        ...state,
        ...selfIn(state, frame.joined ?? []),
        participantCount: frame.participantCount,
        participants: attend(state.participants, frame.joined ?? [], frame.left ?? []),
      };
    case 'history':
      return olderPage(state, frame.epoch, frame.messages, frame.floor);
    case 'room':
      return { ...state, room: frame.room, conduct: conductOf(frame), ...aboveFloor(state, frame.floor) };
    case 'error':
      return { ...state, outgoing: state.outgoing.map((message) => withFailure(message, frame)) };
    case 'batch':
      return frame.frames.reduce(hear, state);
    case 'moderation':
    case 'typing':
    case 'read':
    case 'reading':
    case 'pong':
      return state;
  }
}

function welcome(state: RoomState, frame: Extract<ServerFrame, { type: 'ready' }>): RoomState {
  const merged = frame.recovered
    ? upsert(state, withinReach(state, frame.messages))
    : { ...state, messages: frame.messages, outgoing: state.outgoing.filter(isOfThisRoom(state, frame.epoch)) };
  const [first] = frame.messages;
  return arrived({
    ...merged,
    ...aboveFloor(merged, frame.floor),
    phase: { name: 'live' },
    self: frame.participant,
    role: frame.role,
    room: frame.room,
    participants: frame.participants,
    participantCount: frame.room.participantCount,
    conduct: conductOf(frame),
    position: { epoch: frame.epoch, rev: frame.rev },
    hasOlder: frame.recovered ? state.hasOlder : first !== undefined && first.id > frame.floor,
  });
}

/** Only these two fields: a frame has many. */
function conductOf({ locked, slowSeconds }: Conduct): Conduct {
  return { locked, slowSeconds };
}

/** What the room can make of somebody, or take back; more comes with a token only. */
const standings: readonly RoleName[] = ['member', 'moderator'];

/** Who this client is, where it was given another standing meanwhile. Another of its connections may show more. */
function selfIn({ self, role }: RoomState, joined: readonly Participant[]): Pick<RoomState, 'self' | 'role'> {
  const shown = joined.find(({ id }) => id === self?.id);
  if (!self || !shown || !standings.includes(role)) return { self, role };
  const { mutedUntil: _, ...rest } = self;
  const now = standings.includes(shown.role) ? shown.role : role;
  const { mutedUntil } = shown;
  return { self: { ...rest, role: now, ...(mutedUntil !== undefined && { mutedUntil }) }, role: now };
}

/** Lets go of one's own messages that have come to be among the room's. */
function arrived(state: RoomState): RoomState {
  const rev = state.position?.rev ?? 0;
  const outgoing = state.outgoing.filter(({ messageId }) => messageId === undefined || messageId > rev);
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}

function withId(message: OutgoingMessage, { clientId, messageId }: AckFrame): OutgoingMessage {
  return message.clientId === clientId ? { ...message, messageId } : message;
}

/** A page that precedes what is known. One of another epoch is of a room that is no more. */
function olderPage(state: RoomState, epoch: string, page: Message[], floor: number): RoomState {
  if (epoch !== state.position?.epoch) return state;
  const [first] = page;
  return { ...upsert(state, page), hasOlder: first !== undefined && first.id > floor };
}

/** What was acknowledged in an earlier life of the room went with it. */
function isOfThisRoom(state: RoomState, epoch: string): (message: OutgoingMessage) => boolean {
  return ({ messageId }) => messageId === undefined || state.position?.epoch === epoch;
}

/** Leaves out changes of messages older than the oldest known: they come with their page, and without a gap. */
function withinReach({ messages: [first], hasOlder }: RoomState, changed: Message[]): Message[] {
  return first && hasOlder ? changed.filter(({ id }) => id >= first.id) : changed;
}

/** Puts messages in by id; of two states of one message the later counts. */
function upsert(state: RoomState, messages: readonly Message[]): RoomState {
  if (messages.length === 0) return state;
  const byId = new Map(state.messages.map((message) => [message.id, message]));
  for (const message of messages) {
    const known = byId.get(message.id);
    if (!known || known.rev <= message.rev) byId.set(message.id, known ? keepOwn(known, message) : message);
  }
  return { ...state, messages: [...byId.values()].sort((one, other) => one.id - other.id) };
}

/** A broadcast does not say which reactions are one's own: what was known of that stays, where the kind is still there. */
function keepOwn(known: Message, newer: Message): Message {
  const own = new Set(known.reactions.flatMap(({ emoji, mine }) => (mine ? emoji : [])));
  if (own.size === 0) return newer;
  const reactions = newer.reactions.map((one) => (own.has(one.emoji) ? { ...one, mine: true } : one));
  return { ...newer, reactions };
}

function aboveFloor(state: RoomState, floor: number): Pick<RoomState, 'messages'> {
  const [first] = state.messages;
  if (first === undefined || first.id >= floor) return { messages: state.messages };
  return { messages: state.messages.filter((message) => message.id >= floor) };
}

function attend(people: Participant[], joined: Participant[], left: Participant[]): Participant[] {
  if (joined.length + left.length === 0) return people;
  const byId = new Map(people.map((person) => [person.id, person]));
  for (const person of joined) byId.set(person.id, person);
  for (const person of left) byId.delete(person.id);
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function withFailure(message: OutgoingMessage, frame: ErrorFrame): OutgoingMessage {
  if (frame.ref !== message.clientId || pauseOf(frame) !== undefined) return message;
  const { statusCode, error } = frame;
  return { ...message, failure: { statusCode, error } };
}

function withoutFailure(message: OutgoingMessage, clientId: string): OutgoingMessage {
  if (message.clientId !== clientId) return message;
  const { failure: _, ...rest } = message;
  return rest;
}
