/** From an open socket to an authenticated connection: presence, replay and the `ready` frame. */
import type { ClientAuthFrame } from '../../../shared/client-frames.ts';
import { closeReason, type Failure, fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import { socketPath } from '../../../shared/paths.ts';
import type { ServerReadyFrame } from '../../../shared/server-frames.ts';
import { randomSecret } from '../../credentials/digests.ts';
import type { Identity, VerifiedCredentials } from '../access/actor.ts';
import type { Access } from '../access/authenticator.ts';
import { leaseKey } from '../access/lease.ts';
import { isAdminOrOperator, isIdentityExpired, isSameParticipant, participantOf } from '../access/permissions.ts';
import type { ConnectionState, ReadyConnection } from '../connections/connection-state.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { allReadMarkers, readState } from './mark-read.ts';
import { presenceOf, publishConnectionChange, publishPresenceChange } from './publish-presence.ts';
import { viewFor } from './view-messages.ts';

/** A socket, its connection state, and the room it belongs to. */
export interface ConnectionContext<S extends ConnectionState = ConnectionState> {
  room: Room;
  details: Details;
  socket: WebSocket;
  connection: S;
}

/** The current context of a socket; undefined once the socket is closed or the room deleted. */
export function contextOf(room: Room, socket: WebSocket): ConnectionContext | undefined {
  const connection = room.connections.get(socket);
  const details = room.details();
  return connection && details && { room, details, socket, connection };
}

/**
 * Accepts a socket, or closes it at once: without a room (4404), or above the sockets of one address (4429). A browser
 * cannot read why an upgrade was refused, so a refused socket is accepted and closed with a code.
 * @param address network address
 */
export function acceptConnection(room: Room, socket: WebSocket, address: string): void {
  const details = room.details();
  if (!details) return rejectConnection(room, socket, room.notFoundOrImporting().failure);
  const addressDigest = room.addressDigest(details, address);
  const isFull = room.rateLimiter.isOn && room.connections.countFromAddress(addressDigest) >= limits.socket.perAddress;
  if (isFull) {
    const { failure } = fail('too_many_sockets', { retryAfter: limits.rate.windowSeconds });
    return rejectConnection(room, socket, failure);
  }
  room.alarmScheduler.scheduleBy(room.connections.accept(socket, addressDigest));
}

function rejectConnection(room: Room, socket: WebSocket, failure: Failure): void {
  room.recordEvent('refusal', { reason: failure.code, route: socketPath });
  socket.accept();
  socket.close(failure.closeCode, closeReason(failure));
}

/**
 * Authenticates a connection, or renews its credentials, in one synchronous turn: no change falls between the content of
 * `ready` and the first frame after it.
 * @param credentials the verified credentials of `frame`
 * @returns the `ready` frame; failures of `Authenticator.checkAccess` and `identify`, or `other_person` (401)
 */
export function authenticate(
  context: ConnectionContext,
  frame: ClientAuthFrame,
  credentials: VerifiedCredentials,
): Result<ServerReadyFrame> {
  const { room, details, connection } = context;
  const before = connection.state === 'joined' ? connection : undefined;
  // An authenticated connection needs no join key again (an invitation may have expired since), unless it entered with
  // the admin token, which this frame may lack.
  const hasAccess = before && !isAdminOrOperator(before.role) && !before.isKeyless;
  const access = hasAccess ? ok<Access>({}) : room.authenticator.checkAccess(details, frame, connection.address);
  if (!access.ok) return access;
  // Without a name in the frame, the participant keeps the previous name.
  const name = frame.name ?? (before && participantOf(before))?.name;
  const identity = room.authenticator.identify(details, { ...credentials, ...access.value, name }, connection.address);
  if (!identity.ok) return identity;
  if (before && !isSameParticipant(before, identity.value)) return fail('other_person');
  // Pending broadcasts precede `ready`, which includes their changes.
  room.connections.flush();
  registerPresence(context, before, identity.value, frame);
  const ready = readyFrame(context, identity.value, frame);
  room.presenceBatcher.markAllKnown();
  return ok(ready);
}

/** Makes the participant of a connection whose JWT has expired a viewer, until the client sends a new token. */
export function expireIdentity(context: ConnectionContext): ConnectionContext {
  const { room, details, socket, connection } = context;
  if (connection.state === 'waiting' || !isIdentityExpired(connection, room.clock.now())) return context;
  const { expiresAt: _, participant, ...rest } = connection;
  const before = presenceOf(room, connection.key);
  const expired: ReadyConnection = {
    ...rest,
    participant: null,
    role: 'viewer',
    key: socketPresenceKey(),
    ...(participant && { expiredAs: participant }),
    ...(isAdminOrOperator(connection.role) && { isKeyless: true as const }),
  };
  room.connections.update(socket, expired);
  publishConnectionChange(room, details, connection.key, before);
  return { ...context, connection: expired };
}

/** The presence key of a socket without a participant or lease. */
const socketPresenceKey = () => `s:${randomSecret()}`;

/** Adds the connection to the presence set: marks the replicas in a transaction, then updates the socket, then publishes. */
function registerPresence(
  context: ConnectionContext,
  before: ReadyConnection | undefined,
  identity: Identity,
  frame: ClientAuthFrame,
): void {
  const { room, details, socket, connection } = context;
  const { participant } = identity;
  const now = room.clock.now();
  const frameLeaseKey = frame.lease === undefined ? undefined : leaseKey(details, frame.lease);
  const activeLeaseKey =
    frameLeaseKey !== undefined && room.participants.hasLease(frameLeaseKey) ? frameLeaseKey : undefined;
  // A visitor who identifies as a participant no longer counts under the anonymous lease.
  const endedLeaseKey = participant ? activeLeaseKey : undefined;
  const key = participant?.id ?? activeLeaseKey ?? before?.key ?? socketPresenceKey();
  const presenceBefore = presenceOf(room, key);
  room.transaction(() => {
    room.activity.record(now);
    if (endedLeaseKey !== undefined) room.participants.endLease(endedLeaseKey);
    const changesKey = before !== undefined && before.key !== key;
    if (endedLeaseKey !== undefined || changesKey || !room.participants.isPresent(key)) {
      room.outbox.markDirty(details.link, 'soon');
    }
  });
  if (endedLeaseKey !== undefined) room.connections.changePresenceKey(endedLeaseKey, key);
  room.connections.update(socket, {
    state: 'joined',
    ...identity,
    key,
    batch: frame.batch ?? before?.batch ?? false,
    badFrames: connection.badFrames,
    address: connection.address,
    namedAt: frame.name ? now : (before?.namedAt ?? 0),
    heardAt: now,
  });
  publishPresenceChange(room, key, presenceBefore);
}

function readyFrame(context: ConnectionContext, identity: Identity, frame: ClientAuthFrame): ServerReadyFrame {
  const { room, details } = context;
  const { participant, role, expiresAt } = identity;
  const { recovered, messages } = replayMessages(context, frame);
  return {
    type: 'ready',
    ...(frame.ref !== undefined && { ref: frame.ref }),
    participant: participant && room.participants.withMute(participant),
    role,
    ...(expiresAt !== undefined && { expiresAt }),
    room: room.publicInfo(details),
    ...room.chatSettings.get(),
    ...room.messageLog.position(),
    recovered,
    messages: viewFor(room, participant, messages),
    participants: room.participants.list().slice(0, limits.socket.readyParticipants),
    ...(participant && { reading: readState(room, participant.id) }),
    marks: allReadMarkers(room),
    limits: {
      messageLength: limits.message.length,
      nameLength: limits.participant.nameLength,
      frameBytes: limits.socket.frameBytes,
      pageSizeMax: limits.page.sizeMax,
      typingMs: limits.readState.typingMs,
    },
  };
}

/** Everything that changed since `resume`, or the newest page. Renewed credentials without `resume` get no messages. */
function replayMessages(
  { room, connection }: ConnectionContext,
  { resume }: ClientAuthFrame,
): Pick<ServerReadyFrame, 'recovered' | 'messages'> {
  if (!resume && connection.state === 'joined') return { recovered: true, messages: [] };
  const { epoch, rev } = room.messageLog.position();
  const missed =
    resume && resume.epoch === epoch && resume.rev <= rev
      ? room.messageLog.history.changedSince(resume.rev)
      : undefined;
  if (missed) return { recovered: true, messages: missed };
  return { recovered: false, messages: room.messageLog.history.page({ limit: limits.page.size }) };
}
