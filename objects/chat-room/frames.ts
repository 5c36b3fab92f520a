/**
 * Passes each frame to its handler and sends the reply. An invalid frame gets an `error` frame and affects no other.
 */
import { type ClientFrame, decodeClientFrame } from '../../shared/client-frames.ts';
import { type Failure, fail, ok, type Result } from '../../shared/failures.ts';
import type { Ref } from '../../shared/fields.ts';
import { countBytes, limits } from '../../shared/limits.ts';
import { errorFields, logLine } from '../../shared/log-line.ts';
import type { ModerationEntry } from '../../shared/moderation.ts';
import { socketPath } from '../../shared/paths.ts';
import { errorFrame, type ServerAckFrame, type ServerFrame } from '../../shared/server-frames.ts';
import { deleteMessage, editMessage, setReaction } from './actions/change-message.ts';
import { authenticate, type ConnectionContext, contextOf, expireIdentity } from './actions/connect.ts';
import { disconnect } from './actions/disconnect.ts';
import { markRead } from './actions/mark-read.ts';
import { moderate } from './actions/moderate.ts';
import { postMessage } from './actions/post-message.ts';
import { reportMessage } from './actions/report-message.ts';
import { setTyping } from './actions/typing.ts';
import { historyPage } from './actions/view-messages.ts';
import type { ReadyConnection } from './connections/connection-state.ts';
import type { Room } from './room.ts';
import type { AppendResult } from './state/message-log.ts';

type FrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;
type AuthenticatedFrame = Exclude<ClientFrame, { type: 'auth' }>;

/** The reply to a frame; undefined if the protocol defines none. */
type Reply = Result<ServerFrame | undefined>;

const noReply = ok(undefined);

/** The `ref` of a frame, for its reply. */
function refField({ ref }: { ref?: Ref | undefined }): { ref?: Ref } {
  return ref === undefined ? {} : { ref };
}

/** The `ack` of a stored change. */
function ack(
  frame: FrameOf<'send' | 'edit' | 'delete' | 'react'>,
  result: Result<AppendResult>,
  fields: Partial<Pick<ServerAckFrame, 'clientId'>> = {},
): Reply {
  if (!result.ok) return result;
  const { message, duplicate } = result.value;
  // A message that is sent again may have changed since; its `rev` at the time of the first `send` was its id.
  const rev = frame.type === 'send' ? message.id : message.rev;
  const { id: messageId, createdAt } = message;
  return ok({ type: 'ack', ...refField(frame), ...fields, messageId, rev, createdAt, duplicate });
}

function moderationReply(frame: FrameOf<'moderate' | 'report'>, result: Result<ModerationEntry>): Reply {
  return result.ok ? ok({ type: 'moderation', ...refField(frame), entry: result.value }) : result;
}

const handlers: {
  [T in AuthenticatedFrame['type']]: (context: ConnectionContext<ReadyConnection>, frame: FrameOf<T>) => Reply;
} = {
  send({ room, details, connection }, frame) {
    return ack(frame, postMessage(room, details, connection, frame), { clientId: frame.clientId });
  },

  edit({ room, connection }, frame) {
    return ack(frame, editMessage(room, connection, frame));
  },

  delete({ room, connection }, frame) {
    return ack(frame, deleteMessage(room, connection, frame.messageId));
  },

  react({ room, connection }, frame) {
    return ack(frame, setReaction(room, connection, frame));
  },

  moderate({ room, details, connection }, frame) {
    return moderationReply(frame, moderate(room, details, connection, frame));
  },

  report({ room, connection }, frame) {
    return moderationReply(frame, reportMessage(room, connection, frame));
  },

  typing({ room, connection }, frame) {
    return setTyping(room, connection, frame.on);
  },

  read({ room, connection }, frame) {
    const state = markRead(room, connection, frame.messageId);
    if (!state.ok) return state;
    return frame.ref === undefined ? noReply : ok({ type: 'reading', ref: frame.ref, ...state.value });
  },

  history({ room, connection }, frame) {
    const admitted = room.rateLimiter.admit(connection, 'history', room.clock.now());
    if (!admitted.ok) return admitted;
    const page = historyPage(room, connection.participant, { ...frame, limit: frame.limit ?? limits.page.size });
    return page.ok ? ok({ type: 'history', ...refField(frame), ...page.value }) : page;
  },

  ping({ room, connection }, frame) {
    const admitted = room.rateLimiter.admit(connection, 'ping', room.clock.now());
    return admitted.ok ? ok({ type: 'pong', ...refField(frame) }) : admitted;
  },
};

function callHandler<T extends AuthenticatedFrame['type']>(
  context: ConnectionContext<ReadyConnection>,
  type: T,
  frame: FrameOf<T>,
): Reply {
  return handlers[type](context, frame);
}

/** Whether a text exceeds the limit in UTF-8, which encodes a UTF-16 unit as one to three bytes. */
function isTooLarge(text: string): boolean {
  if (text.length * 3 <= limits.socket.frameBytes) return false;
  return text.length > limits.socket.frameBytes || countBytes(text) > limits.socket.frameBytes;
}

/** Handles one frame after the earlier frames of its socket: size, decode, handler, reply. Never throws. */
export function receiveFrame(room: Room, socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
  return room.frameQueue.run(socket, () => {
    room.connections.touch(socket);
    const received = contextOf(room, socket);
    if (!received) return;
    if (typeof data !== 'string') return disconnect(room, socket, fail('binary_frame').failure);
    if (isTooLarge(data)) return disconnect(room, socket, fail('frame_too_large').failure);
    const { ref, frame: decoded } = decodeClientFrame(data);
    if (!decoded.ok) return rejectBadFrame(received, decoded.failure, ref);
    const frame = decoded.value;
    if (frame.type === 'auth') return handleAuth(received, frame);
    reply(received, frame, () => {
      const context = expireIdentity(received);
      const { connection } = context;
      if (connection.state === 'waiting') return fail('auth_first');
      return callHandler({ ...context, connection }, frame.type, frame);
    });
  });
}

/** Checks the credentials of an `auth` frame. The frames that the socket sends meanwhile wait in the frame queue. */
async function handleAuth({ room, socket, connection }: ConnectionContext, frame: FrameOf<'auth'>): Promise<void> {
  const now = room.clock.now();
  const admitted =
    connection.state === 'waiting'
      ? room.rateLimiter.admitUnauthenticated(connection.address, now)
      : room.rateLimiter.admit(connection, 'auth', now);
  const counted = admitted.ok ? await room.authenticator.countGlobally(frame.adminToken, connection.address) : admitted;
  const verified = counted.ok ? await room.authenticator.verify(frame) : counted;
  const context = contextOf(room, socket);
  if (context) reply(context, frame, () => (verified.ok ? authenticate(context, frame, verified.value) : verified));
}

/** Runs a handler and sends its reply, or an `error` frame for a failure or an exception. */
function reply({ room, socket }: ConnectionContext, frame: ClientFrame, handle: () => Reply): void {
  try {
    const result = handle();
    if (!result.ok) return sendFailure(room, socket, result.failure, frame.ref);
    if (result.value) room.connections.send(socket, result.value);
    resetBadFrames(room, socket);
  } catch (error) {
    console.error(logLine('frame_failed', { type: frame.type, ...errorFields(error) }));
    room.recordEvent('error', { reason: 'frame_failed', route: socketPath });
    const { failure } = fail('internal');
    room.connections.send(socket, errorFrame(failure, frame.ref));
    // Without a `ready` the client would wait forever; after a close it reconnects.
    if (frame.type === 'auth') disconnect(room, socket, failure);
  }
}

/** Sends a failure. Closes the socket if the failure has a close code, or if the socket causes too many failures. */
function sendFailure(room: Room, socket: WebSocket, failure: Failure, ref: Ref | undefined): void {
  room.connections.send(socket, errorFrame(failure, ref));
  const flooding = room.rateLimiter.countRefusal(socket, room.clock.now());
  if (!flooding.ok) disconnect(room, socket, flooding.failure);
  else if (failure.closeCode !== undefined) disconnect(room, socket, failure);
  else room.recordEvent('refusal', { reason: failure.code, route: socketPath });
}

/** Answers a frame that cannot be decoded. Closes the socket after `limits.socket.badFrames` of them in a row. */
function rejectBadFrame({ room, socket, connection }: ConnectionContext, failure: Failure, ref: Ref | undefined): void {
  sendFailure(room, socket, failure, ref);
  const badFrames = connection.badFrames + 1;
  if (badFrames >= limits.socket.badFrames) return disconnect(room, socket, fail('too_many_bad_frames').failure);
  room.connections.update(socket, { ...connection, badFrames });
}

function resetBadFrames(room: Room, socket: WebSocket): void {
  const connection = room.connections.get(socket);
  if (connection && connection.badFrames > 0) room.connections.update(socket, { ...connection, badFrames: 0 });
}
