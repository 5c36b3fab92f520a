/** From a frame to its handler, and from every refusal to an `error` frame: a bad frame costs nobody the room. */

import { type ClientFrame, decodeClientFrame } from '../../shared/client-frames.ts';
import { type Failure, fail, ok, type Result } from '../../shared/failures.ts';
import type { Ref } from '../../shared/fields.ts';
import { errorFrame, type ServerAckFrame } from '../../shared/frames.ts';
import { countBytes, limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log.ts';
import type { Message } from '../../shared/message.ts';
import type { ModerationEntry } from '../../shared/moderation.ts';
import { socketPath } from '../../shared/paths.ts';
import { deleteMessage, editMessage, setReaction } from './actions/change-message.ts';
import { authenticate, type ConnectionContext, disconnect, expireIdentity } from './actions/connect.ts';
import { markRead, setTyping } from './actions/mark-read.ts';
import { moderate, reportMessage } from './actions/moderate.ts';
import { postMessage } from './actions/post-message.ts';
import { historyPage } from './actions/view-messages.ts';
import type { ConnectionState, ReadyConnection } from './connections/connection-state.ts';
import type { Room } from './room.ts';
import type { AppendResult } from './state/message-log.ts';

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;
type AuthenticatedFrameType = Exclude<ClientFrame['type'], 'auth'>;

/** `ref` as an answer must bear it. */
function refField({ ref }: { ref?: Ref | undefined }): { ref?: Ref } {
  return ref === undefined ? {} : { ref };
}

/** Tells a client that what it asked for is stored. */
function acknowledge(
  { room, socket }: ConnectionContext,
  frame: { ref?: Ref | undefined },
  outcome: Result<AppendResult>,
  fieldsOf: (message: Message) => Partial<Pick<ServerAckFrame, 'clientId' | 'rev'>> = () => ({}),
): Result<void> {
  if (!outcome.ok) return outcome;
  const { message, duplicate } = outcome.value;
  const { clientId, rev = message.rev } = fieldsOf(message);
  const { id: messageId, createdAt } = message;
  const clientIdField = clientId === undefined ? {} : { clientId };
  room.connections.send(socket, {
    type: 'ack',
    ...refField(frame),
    ...clientIdField,
    messageId,
    rev,
    createdAt,
    duplicate,
  });
  return ok(undefined);
}

/** Tells whoever did something to keep order that it is in the log. */
function acknowledgeModeration(
  { room, socket }: ConnectionContext,
  frame: { ref?: Ref | undefined },
  outcome: Result<ModerationEntry>,
): Result<void> {
  if (!outcome.ok) return outcome;
  room.connections.send(socket, { type: 'moderation', ...refField(frame), entry: outcome.value });
  return ok(undefined);
}

const handlers: {
  [T in AuthenticatedFrameType]: (visit: ConnectionContext<ReadyConnection>, frame: FrameOf<T>) => Result<void>;
} = {
  send(context, frame) {
    const posted = postMessage(context.room, context.details, context.connection, frame);
    // Of a repeat, the message may have changed meanwhile; it was stored under its id.
    return acknowledge(context, frame, posted, ({ id }) => ({ clientId: frame.clientId, rev: id }));
  },

  edit(context, frame) {
    return acknowledge(context, frame, editMessage(context.room, context.connection, frame));
  },

  delete(context, frame) {
    return acknowledge(context, frame, deleteMessage(context.room, context.connection, frame.messageId));
  },

  react(context, frame) {
    return acknowledge(context, frame, setReaction(context.room, context.connection, frame));
  },

  moderate(context, frame) {
    return acknowledgeModeration(context, frame, moderate(context.room, context.details, context.connection, frame));
  },

  report(context, frame) {
    return acknowledgeModeration(context, frame, reportMessage(context.room, context.connection, frame));
  },

  typing({ room, connection }, frame) {
    return setTyping(room, connection, frame.on);
  },

  read({ room, socket, connection }, frame) {
    const state = markRead(room, connection, frame.messageId);
    if (!state.ok) return state;
    if (frame.ref !== undefined) room.connections.send(socket, { type: 'reading', ...refField(frame), ...state.value });
    return ok(undefined);
  },

  history({ room, socket, connection }, frame) {
    const admitted = room.rateLimiter.admit(connection, 'history', room.clock.now());
    if (!admitted.ok) return admitted;
    const page = historyPage(room, connection.participant, { ...frame, limit: frame.limit ?? limits.pageSize });
    if (!page.ok) return page;
    room.connections.send(socket, { type: 'history', ...refField(frame), ...page.value });
    return ok(undefined);
  },

  ping({ room, socket, connection }, frame) {
    const admitted = room.rateLimiter.admit(connection, 'ping', room.clock.now());
    if (!admitted.ok) return admitted;
    room.connections.send(socket, { type: 'pong', ...refField(frame) });
    return ok(undefined);
  },
};

function callHandler<T extends AuthenticatedFrameType>(
  context: ConnectionContext<ReadyConnection>,
  type: T,
  frame: FrameOf<T>,
): Result<void> {
  return handlers[type](context, frame);
}

function handleAuthenticatedFrame(context: ConnectionContext, frame: FrameOf<AuthenticatedFrameType>): Result<void> {
  const current = expireIdentity(context);
  const { connection } = current;
  if (connection.state === 'waiting') return fail('auth_first');
  return callHandler({ ...current, connection }, frame.type, frame);
}

/** Tells a refusal, and hangs up over one that has a close code, or over a flood of them. */
function sendFailure({ room, socket }: ConnectionContext, failure: Failure, ref: Ref | undefined): void {
  room.connections.send(socket, errorFrame(failure, ref));
  const flooding = room.rateLimiter.countRefusal(socket, room.clock.now());
  if (!flooding.ok) disconnect(room, socket, flooding.failure);
  else if (failure.closeCode !== undefined) disconnect(room, socket, failure);
  else room.recordEvent('refusal', { reason: failure.code, route: socketPath });
}

/** Tells a bad frame, and counts them: a client that sends nothing else is hung up on. */
function rejectBadFrame(context: ConnectionContext, failure: Failure, ref: Ref | undefined): void {
  const { room, socket, connection } = context;
  sendFailure(context, failure, ref);
  const badFrames = connection.badFrames + 1;
  if (badFrames >= limits.badFrames) return disconnect(room, socket, fail('too_many_bad_frames').failure);
  room.connections.update(socket, { ...connection, badFrames });
}

/** Forgets the bad frames before one that was good. */
function resetBadFrames({ room, socket }: ConnectionContext): void {
  const connection = room.connections.get(socket);
  if (connection && connection.badFrames > 0) room.connections.update(socket, { ...connection, badFrames: 0 });
}

/** Whether a text is over the limit in UTF-8, of which a UTF-16 unit takes one to three bytes. */
function isTooLarge(text: string): boolean {
  if (text.length * 3 <= limits.frameBytes) return false;
  return text.length > limits.frameBytes || countBytes(text) > limits.frameBytes;
}

/** Does what a frame asks for, and tells what comes of it, whatever happens. */
function runHandler(
  context: ConnectionContext,
  frame: ClientFrame,
  work: (context: ConnectionContext) => Result<void>,
): void {
  const { room, socket } = context;
  try {
    const result = work(context);
    if (result.ok) resetBadFrames(context);
    else sendFailure(context, result.failure, frame.ref);
  } catch (error) {
    console.error(logLine('frame_failed', { type: frame.type, ...errorFields(error) }));
    room.recordEvent('error', { reason: 'frame_failed', route: socketPath });
    const { failure } = fail('internal');
    room.connections.send(socket, errorFrame(failure, frame.ref));
    // Without a `ready` the client would wait for ever; it comes back instead.
    if (frame.type === 'auth') disconnect(room, socket, failure);
  }
}

/** What a socket is in the room at this moment; undefined once either is gone. */
function contextOf(room: Room, socket: WebSocket): ConnectionContext | undefined {
  const connection = room.connections.get(socket);
  const details = room.details();
  return connection && details && { room, details, socket, connection };
}

/** Whether a socket may show credentials now: for its pace, and for the admin tokens that its address has shown. */
async function admitAuth(
  room: Room,
  connection: ConnectionState,
  { adminToken }: FrameOf<'auth'>,
): Promise<Result<void>> {
  const now = room.clock.now();
  const admitted =
    connection.state === 'waiting'
      ? room.rateLimiter.admitUnauthenticated(connection.address, now)
      : room.rateLimiter.admit(connection, 'auth', now);
  return admitted.ok ? room.authenticator.countGlobally(adminToken, connection.address) : admitted;
}

/** Checks the credentials of an `auth`; what the socket sent after it waits. */
async function handleAuth({ room, socket, connection }: ConnectionContext, frame: FrameOf<'auth'>): Promise<void> {
  const admitted = await admitAuth(room, connection, frame);
  const verified = admitted.ok ? await room.authenticator.verify(frame) : admitted;
  const context = contextOf(room, socket);
  if (context)
    runHandler(context, frame, (current) => (verified.ok ? authenticate(current, frame, verified.value) : verified));
}

function handleFrame(room: Room, socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
  room.connections.touch(socket);
  const context = contextOf(room, socket);
  if (!context) return;
  if (typeof data !== 'string') return disconnect(room, socket, fail('binary_frame').failure);
  if (isTooLarge(data)) return disconnect(room, socket, fail('frame_too_large').failure);
  const { ref, frame: decoded } = decodeClientFrame(data);
  if (!decoded.ok) return rejectBadFrame(context, decoded.failure, ref);
  const frame = decoded.value;
  return frame.type === 'auth'
    ? handleAuth(context, frame)
    : runHandler(context, frame, (current) => handleAuthenticatedFrame(current, frame));
}

/** Takes one frame of a socket, in its turn: parse, decide, do, tell. Never throws. */
export function receiveFrame(room: Room, socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
  return room.frameQueue.run(socket, () => handleFrame(room, socket, data));
}
