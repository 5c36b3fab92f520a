/** Coming and going by socket: who a socket makes present, what its `ready` holds, and how it is let go. */

import type { ClientAuthFrame } from '../../../shared/client-frames.ts';
import { closeReason, type Failure, fail, ok, type Result } from '../../../shared/failures.ts';
import type { ServerReadyFrame } from '../../../shared/frames.ts';
import { limits } from '../../../shared/limits.ts';
import { socketPath } from '../../../shared/paths.ts';
import { randomSecret } from '../../credentials/digests.ts';
import type { Access, VerifiedCredentials } from '../access/authenticator.ts';
import {
  type Identity,
  isAdminOrOperator,
  isIdentityExpired,
  isSameParticipant,
  participantOf,
} from '../access/permissions.ts';
import type { ConnectionState, ReadyConnection } from '../connections/connection-state.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { leaseKey } from './leases.ts';
import { allReadMarkers, readState } from './mark-read.ts';
import { presenceOf, publishPresenceChange } from './publish-presence.ts';
import { viewFor } from './view-messages.ts';

/** A socket in its room, and what is known of it. */
export interface ConnectionContext<S extends ConnectionState = ConnectionState> {
  room: Room;
  details: Details;
  socket: WebSocket;
  connection: S;
}

/** Takes a socket in, or accepts it only to close it: where there is no room, or its address has as many as it may. */
export function acceptConnection(room: Room, socket: WebSocket, address: string): void {
  const details = room.details();
  if (!details) return rejectConnection(room, socket, room.notFoundOrImporting().failure);
  const addressDigest = room.addressDigest(details, address);
  const isFull = room.rateLimiter.isOn && room.connections.countFromAddress(addressDigest) >= limits.socketsPerAddress;
  if (isFull)
    return rejectConnection(
      room,
      socket,
      fail('too_many_sockets', { retryAfter: limits.rateLimitWindowSeconds }).failure,
    );
  room.alarmScheduler.scheduleBy(room.connections.accept(socket, addressDigest));
}

function rejectConnection(room: Room, socket: WebSocket, failure: Failure): void {
  room.recordEvent('refusal', { reason: failure.code, route: socketPath });
  socket.accept();
  socket.close(failure.closeCode, closeReason(failure));
}

/**
 * Lets a socket in, or refreshes the credential of one that is in, and sends it `ready`: in one synchronous turn, so
 * that nothing falls between what `ready` holds and the first frame after it.
 * @param credentials the frame's credentials, checked
 */
export function authenticate(
  context: ConnectionContext,
  frame: ClientAuthFrame,
  credentials: VerifiedCredentials,
): Result<void> {
  const { room, details, socket, connection } = context;
  const before = connection.state === 'joined' ? connection : undefined;
  // Who is in has shown the key, or had no need of it as the admin; an invitation may have expired since.
  const hasAccess = before && !isAdminOrOperator(before.role) && !before.isKeyless;
  const access = hasAccess ? ok<Access>({}) : room.authenticator.checkAccess(details, frame, connection.address);
  if (!access.ok) return access;
  // Who gives no name goes on under the one they had.
  const name = frame.name ?? (before && participantOf(before))?.name;
  const identity = room.authenticator.identify(details, { ...credentials, ...access.value, name }, connection.address);
  if (!identity.ok) return identity;
  if (before && !isSameParticipant(before, identity.value)) return fail('other_person');
  room.connections.flush();
  registerPresence(context, before, identity.value, frame);
  room.connections.send(socket, readyFrame(context, identity.value, frame));
  room.presenceBatcher.markAllKnown();
  return ok(undefined);
}

/** A socket whose signed token has expired goes on as a viewer's, until its client shows a new one. */
export function expireIdentity(context: ConnectionContext): ConnectionContext {
  const { room, details, socket, connection } = context;
  if (connection.state === 'waiting' || !isIdentityExpired(connection, room.clock.now())) return context;
  const { expiresAt: _, participant, ...rest } = connection;
  const key = `s:${randomSecret()}`;
  const before = presenceOf(room, connection.key);
  const expired: ReadyConnection = {
    ...rest,
    participant: null,
    role: 'viewer',
    key,
    ...(participant && { expiredAs: participant }),
    ...(isAdminOrOperator(connection.role) && { isKeyless: true as const }),
  };
  room.connections.update(socket, expired);
  // As with one who leaves: that cannot fail, so everyone is told before the copies are.
  publishPresenceChange(room, connection.key, before);
  if (room.participants.count() !== before.count) room.transaction(() => room.outbox.markDirty(details.link, 'soon'));
  return { ...context, connection: expired };
}

/** Takes the socket's person among those who are here: stores what the copies must hear, then seats them, then tells. */
function registerPresence(
  context: ConnectionContext,
  before: ReadyConnection | undefined,
  identity: Identity,
  frame: ClientAuthFrame,
): void {
  const { room, details, socket, connection } = context;
  const participant = identity.participant;
  const anonymousLeaseKey = frame.lease === undefined ? undefined : leaseKey(details, frame.lease);
  const activeLeaseKey =
    anonymousLeaseKey !== undefined && room.participants.hasLease(anonymousLeaseKey) ? anonymousLeaseKey : undefined;
  const key = participant?.id ?? activeLeaseKey ?? before?.key ?? `s:${randomSecret()}`;
  const batch = frame.batch ?? before?.batch ?? false;
  const presenceBefore = presenceOf(room, key);
  room.transaction(() => {
    room.activity.record(room.clock.now());
    // A visitor who says who they are is no longer counted as a visitor.
    const endsLease = participant && activeLeaseKey !== undefined;
    if (endsLease) room.participants.endLease(activeLeaseKey);
    const changesKey = before && before.key !== key;
    if (endsLease || changesKey || !room.participants.isPresent(key)) room.outbox.markDirty(details.link, 'soon');
  });
  if (participant && activeLeaseKey !== undefined) room.connections.changePresenceKey(activeLeaseKey, key);
  const now = room.clock.now();
  const namedAt = frame.name ? now : (before?.namedAt ?? 0);
  const { badFrames, address } = connection;
  const fields = { key, batch, badFrames, address, namedAt, heardAt: now };
  room.connections.update(socket, { state: 'joined', ...identity, ...fields });
  publishPresenceChange(room, key, presenceBefore);
}

/** What `ready` replays: all that changed since `resume`, or the newest page. A refresh without `resume` gets nothing. */
function replayMessages(
  { room, connection }: ConnectionContext,
  { resume }: ClientAuthFrame,
): Pick<ServerReadyFrame, 'recovered' | 'messages'> {
  if (!resume && connection.state === 'joined') return { recovered: true, messages: [] };
  const { epoch, rev } = room.messageLog.position();
  const missed =
    resume && resume.epoch === epoch && resume.rev <= rev ? room.messageLog.changedSince(resume.rev) : undefined;
  if (missed) return { recovered: true, messages: missed };
  return { recovered: false, messages: room.messageLog.page({ limit: limits.pageSize }).messages };
}

function readyFrame(context: ConnectionContext, identity: Identity, frame: ClientAuthFrame): ServerReadyFrame {
  const { room, details } = context;
  const { participant, role, expiresAt } = identity;
  const { recovered, messages } = replayMessages(context, frame);
  const { messageLength, nameLength, frameBytes, pageSizeMax, typingMs } = limits;
  return {
    type: 'ready',
    ...(frame.ref !== undefined && { ref: frame.ref }),
    participant: participant && room.participants.withMute(participant),
    role,
    ...(expiresAt !== undefined && { expiresAt }),
    room: room.publicInfo(details),
    ...room.moderationLog.chatSettings(),
    ...room.messageLog.position(),
    recovered,
    messages: viewFor(room, participant, messages),
    participants: room.participants.list().slice(0, limits.readyParticipants),
    ...(participant && { reading: readState(room, participant.id) }),
    marks: allReadMarkers(room),
    limits: { messageLength, nameLength, frameBytes, pageSizeMax, typingMs },
  };
}

/** Closes a socket over a refusal; the others hear of it. */
export function disconnect(room: Room, socket: WebSocket, failure: Failure): void {
  room.recordEvent('refusal', { reason: failure.code, route: socketPath });
  removeConnection(room, socket, () => room.connections.close(socket, failure));
}

/** Answers the close of a peer; the others hear of it. */
export function onPeerClosed(room: Room, socket: WebSocket, code: number, reason: string): void {
  removeConnection(room, socket, () => room.connections.answerClose(socket, code, reason));
}

/** Takes the socket from among those who are here: that cannot fail, so everyone is told before the copies are. */
function removeConnection(room: Room, socket: WebSocket, close: () => void): void {
  const connection = room.connections.get(socket);
  const details = room.details();
  if (connection?.state !== 'joined' || !details) return close();
  const before = presenceOf(room, connection.key);
  close();
  publishPresenceChange(room, connection.key, before);
  if (room.participants.count() !== before.count) room.transaction(() => room.outbox.markDirty(details.link, 'soon'));
}
