/** From a frame to its handler, and from every refusal to an `error` frame: a bad frame costs nobody the room. */

import { done, type Failure, fail, type Outcome } from '../../shared/failures.ts';
import { type AckFrame, type ClientFrame, decodeClientFrame, errorFrame, type Ref } from '../../shared/frames.ts';
import { countBytes, limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log.ts';
import type { Message } from '../../shared/message.ts';
import type { ModerationEntry } from '../../shared/moderation.ts';
import { socketPath } from '../../shared/paths.ts';
import { bury, edit, react } from './changing.ts';
import { read, type } from './following.ts';
import type { Appended } from './messages.ts';
import { moderate, reportMessage } from './moderation.ts';
import { post } from './posting.ts';
import { readPage } from './reading.ts';
import type { Room } from './room.ts';
import { authenticate, hangUp, lapse, type Visit } from './seating.ts';
import type { Joined, Session } from './session.ts';

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;
type JoinedType = Exclude<ClientFrame['type'], 'auth'>;

/** `ref` as an answer must bear it. */
function refOf({ ref }: { ref?: Ref | undefined }): { ref?: Ref } {
  return ref === undefined ? {} : { ref };
}

/** Tells a client that what it asked for is stored. */
function acknowledge(
  { room, socket }: Visit,
  frame: { ref?: Ref | undefined },
  outcome: Outcome<Appended>,
  more: (message: Message) => Partial<Pick<AckFrame, 'clientId' | 'rev'>> = () => ({}),
): Outcome<void> {
  if (!outcome.ok) return outcome;
  const { message, duplicate } = outcome.value;
  const { clientId, rev = message.rev } = more(message);
  const { id: messageId, createdAt } = message;
  const known = clientId === undefined ? {} : { clientId };
  room.sessions.send(socket, { type: 'ack', ...refOf(frame), ...known, messageId, rev, createdAt, duplicate });
  return done(undefined);
}

/** Tells whoever did something to keep order that it is in the log. */
function confirm(
  { room, socket }: Visit,
  frame: { ref?: Ref | undefined },
  outcome: Outcome<ModerationEntry>,
): Outcome<void> {
  if (!outcome.ok) return outcome;
  room.sessions.send(socket, { type: 'moderation', ...refOf(frame), entry: outcome.value });
  return done(undefined);
}

const handlers: { [T in JoinedType]: (visit: Visit<Joined>, frame: FrameOf<T>) => Outcome<void> } = {
  send(visit, frame) {
    const posted = post(visit.room, visit.details, visit.session, frame);
    // Of a repeat, the message may have changed meanwhile; it was stored under its id.
    return acknowledge(visit, frame, posted, ({ id }) => ({ clientId: frame.clientId, rev: id }));
  },

  edit(visit, frame) {
    return acknowledge(visit, frame, edit(visit.room, visit.session, frame));
  },

  delete(visit, frame) {
    return acknowledge(visit, frame, bury(visit.room, visit.session, frame.messageId));
  },

  react(visit, frame) {
    return acknowledge(visit, frame, react(visit.room, visit.session, frame));
  },

  moderate(visit, frame) {
    return confirm(visit, frame, moderate(visit.room, visit.details, visit.session, frame));
  },

  report(visit, frame) {
    return confirm(visit, frame, reportMessage(visit.room, visit.session, frame));
  },

  typing({ room, session }, frame) {
    return type(room, session, frame.on);
  },

  read({ room, socket, session }, frame) {
    const state = read(room, session, frame.messageId);
    if (!state.ok) return state;
    if (frame.ref !== undefined) room.sessions.send(socket, { type: 'reading', ...refOf(frame), ...state.value });
    return done(undefined);
  },

  history({ room, socket, session }, frame) {
    const admitted = room.pacing.admit(session, 'history', room.clock.now());
    if (!admitted.ok) return admitted;
    const page = readPage(room, session.participant, { ...frame, limit: frame.limit ?? limits.pageSize });
    if (!page.ok) return page;
    room.sessions.send(socket, { type: 'history', ...refOf(frame), ...page.value });
    return done(undefined);
  },

  ping({ room, socket, session }, frame) {
    const admitted = room.pacing.admit(session, 'ping', room.clock.now());
    if (!admitted.ok) return admitted;
    room.sessions.send(socket, { type: 'pong', ...refOf(frame) });
    return done(undefined);
  },
};

function handle<T extends JoinedType>(visit: Visit<Joined>, type: T, frame: FrameOf<T>): Outcome<void> {
  return handlers[type](visit, frame);
}

function answer(visit: Visit, frame: FrameOf<JoinedType>): Outcome<void> {
  const current = lapse(visit);
  const { session } = current;
  if (session.state === 'waiting') return fail('auth_first');
  return handle({ ...current, session }, frame.type, frame);
}

/** Tells a refusal, and hangs up over one that has a close code, or over a flood of them. */
function refuse({ room, socket }: Visit, failure: Failure, ref: Ref | undefined): void {
  room.sessions.send(socket, errorFrame(failure, ref));
  const noted = room.pacing.refused(socket, room.clock.now());
  if (!noted.ok) hangUp(room, socket, noted.failure);
  else if (failure.closeCode !== undefined) hangUp(room, socket, failure);
  else room.noteEvent('refusal', { reason: failure.code, route: socketPath });
}

/** Tells a bad frame, and counts them: a client that sends nothing else is hung up on. */
function complain(visit: Visit, failure: Failure, ref: Ref | undefined): void {
  const { room, socket, session } = visit;
  refuse(visit, failure, ref);
  const badFrames = session.badFrames + 1;
  if (badFrames >= limits.badFrames) return hangUp(room, socket, fail('too_many_bad_frames').failure);
  room.sessions.update(socket, { ...session, badFrames });
}

/** Forgets the bad frames before one that was good. */
function forgive({ room, socket }: Visit): void {
  const session = room.sessions.of(socket);
  if (session && session.badFrames > 0) room.sessions.update(socket, { ...session, badFrames: 0 });
}

/** Whether a text is over the limit in UTF-8, of which a UTF-16 unit takes one to three bytes. */
function isTooLarge(text: string): boolean {
  if (text.length * 3 <= limits.frameBytes) return false;
  return text.length > limits.frameBytes || countBytes(text) > limits.frameBytes;
}

/** Does what a frame asks for, and tells what comes of it, whatever happens. */
function attempt(visit: Visit, frame: ClientFrame, work: (visit: Visit) => Outcome<void>): void {
  const { room, socket } = visit;
  try {
    const answered = work(visit);
    if (answered.ok) forgive(visit);
    else refuse(visit, answered.failure, frame.ref);
  } catch (error) {
    console.error(logLine('frame_failed', { type: frame.type, ...errorFields(error) }));
    room.noteEvent('error', { reason: 'frame_failed', route: socketPath });
    const { failure } = fail('internal');
    room.sessions.send(socket, errorFrame(failure, frame.ref));
    // Without a `ready` the client would wait for ever; it comes back instead.
    if (frame.type === 'auth') hangUp(room, socket, failure);
  }
}

/** What a socket is in the room at this moment; undefined once either is gone. */
function visitOf(room: Room, socket: WebSocket): Visit | undefined {
  const session = room.sessions.of(socket);
  const details = room.find();
  return session && details && { room, details, socket, session };
}

/** Whether a socket may show credentials now: for its pace, and for the admin tokens that its address has shown. */
async function admitTo(room: Room, session: Session, { adminToken }: FrameOf<'auth'>): Promise<Outcome<void>> {
  const now = room.clock.now();
  const admitted =
    session.state === 'waiting'
      ? room.pacing.admitNewcomer(session.address, now)
      : room.pacing.admit(session, 'auth', now);
  return admitted.ok ? room.identities.countElsewhere(adminToken, session.address) : admitted;
}

/** Checks the credentials of an `auth`; what the socket sent after it waits. */
async function letIn({ room, socket, session }: Visit, frame: FrameOf<'auth'>): Promise<void> {
  const admitted = await admitTo(room, session, frame);
  const shown = admitted.ok ? await room.identities.check(frame) : admitted;
  const visit = visitOf(room, socket);
  if (visit) attempt(visit, frame, (current) => (shown.ok ? authenticate(current, frame, shown.value) : shown));
}

function take(room: Room, socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
  room.sessions.heard(socket);
  const visit = visitOf(room, socket);
  if (!visit) return;
  if (typeof data !== 'string') return hangUp(room, socket, fail('binary_frame').failure);
  if (isTooLarge(data)) return hangUp(room, socket, fail('frame_too_large').failure);
  const { ref, frame: decoded } = decodeClientFrame(data);
  if (!decoded.ok) return complain(visit, decoded.failure, ref);
  const frame = decoded.value;
  return frame.type === 'auth' ? letIn(visit, frame) : attempt(visit, frame, (current) => answer(current, frame));
}

/** Takes one frame of a socket, in its turn: parse, decide, do, tell. Never throws. */
export function receive(room: Room, socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
  return room.turns.take(socket, () => take(room, socket, data));
}
