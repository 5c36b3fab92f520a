/** Coming and going by socket: who a socket makes present, what its `ready` holds, and how it is let go. */

import { closeReason, done, type Failure, fail, type Outcome } from '../../shared/failures.ts';
import type { AuthFrame, ReadyFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import { socketPath } from '../../shared/paths.ts';
import { randomSecret } from '../credentials/digests.ts';
import { leaseKey } from './attendance.ts';
import type { Details } from './details.ts';
import { everyonesMarks, readState } from './following.ts';
import type { Entry, Shown } from './identity.ts';
import { seenBy } from './reading.ts';
import type { Room } from './room.ts';
import { hasLapsed, type Identity, isStaff, mayContinueAs, personOf } from './rules.ts';
import type { Joined, Session } from './session.ts';
import { look, tell } from './sight.ts';

/** A socket in its room, and what is known of it. */
export interface Visit<S extends Session = Session> {
  room: Room;
  details: Details;
  socket: WebSocket;
  session: S;
}

/** Takes a socket in, or accepts it only to close it: where there is no room, or its address has as many as it may. */
export function receiveSocket(room: Room, socket: WebSocket, address: string): void {
  const details = room.find();
  if (!details) return turnAway(room, socket, room.absence().failure);
  const place = room.placeOf(details, address);
  const isFull = room.pacing.isOn && room.sessions.countFrom(place) >= limits.socketsPerAddress;
  if (isFull) return turnAway(room, socket, fail('too_many_sockets', { retryAfter: limits.allowanceSeconds }).failure);
  room.wake.by(room.sessions.open(socket, place));
}

function turnAway(room: Room, socket: WebSocket, failure: Failure): void {
  room.noteEvent('refusal', { reason: failure.code, route: socketPath });
  socket.accept();
  socket.close(failure.closeCode, closeReason(failure));
}

/**
 * Lets a socket in, or refreshes the credential of one that is in, and sends it `ready`: in one synchronous turn, so
 * that nothing falls between what `ready` holds and the first frame after it.
 * @param shown the frame's credentials, checked
 */
export function authenticate(visit: Visit, frame: AuthFrame, shown: Shown): Outcome<void> {
  const { room, details, socket, session } = visit;
  const before = session.state === 'joined' ? session : undefined;
  // Who is in has shown the key, or had no need of it as the admin; an invitation may have expired since.
  const isIn = before && !isStaff(before.role) && !before.isKeyless;
  const entered = isIn ? done<Entry>({}) : room.identities.letIn(details, frame, session.address);
  if (!entered.ok) return entered;
  // Who gives no name goes on under the one they had.
  const name = frame.name ?? (before && personOf(before))?.name;
  const identity = room.identities.identify(details, { ...shown, ...entered.value, name }, session.address);
  if (!identity.ok) return identity;
  if (before && !mayContinueAs(before, identity.value)) return fail('other_person');
  room.sessions.flush();
  seat(visit, before, identity.value, frame);
  room.sessions.send(socket, ready(visit, identity.value, frame));
  room.presence.shown();
  return done(undefined);
}

/** A socket whose signed token has expired goes on as a viewer's, until its client shows a new one. */
export function lapse(visit: Visit): Visit {
  const { room, details, socket, session } = visit;
  if (session.state === 'waiting' || !hasLapsed(session, room.clock.now())) return visit;
  const { expiresAt: _, participant, ...rest } = session;
  const key = `s:${randomSecret()}`;
  const seen = look(room, session.key);
  const lapsed: Joined = {
    ...rest,
    participant: null,
    role: 'viewer',
    key,
    ...(participant && { expiredAs: participant }),
    ...(isStaff(session.role) && { isKeyless: true as const }),
  };
  room.sessions.update(socket, lapsed);
  // As with one who leaves: that cannot fail, so everyone is told before the copies are.
  tell(room, session.key, seen);
  if (room.participants.count() !== seen.count) room.change(() => room.outbox.mark(details.link, 'soon'));
  return { ...visit, session: lapsed };
}

/** Takes the socket's person among those who are here: stores what the copies must hear, then seats them, then tells. */
function seat(visit: Visit, before: Joined | undefined, identity: Identity, frame: AuthFrame): void {
  const { room, details, socket, session } = visit;
  const who = identity.participant;
  const visitor = frame.lease === undefined ? undefined : leaseKey(details, frame.lease);
  const leased = visitor !== undefined && room.participants.hasLease(visitor) ? visitor : undefined;
  const key = who?.id ?? leased ?? before?.key ?? `s:${randomSecret()}`;
  const batch = frame.batch ?? before?.batch ?? false;
  const seen = look(room, key);
  room.change(() => {
    room.touches.note(room.clock.now());
    // A visitor who says who they are is no longer counted as a visitor.
    const stops = who && leased !== undefined;
    if (stops) room.participants.leave(leased);
    const moves = before && before.key !== key;
    if (stops || moves || !room.participants.isHere(key)) room.outbox.mark(details.link, 'soon');
  });
  if (who && leased !== undefined) room.sessions.rekey(leased, key);
  const now = room.clock.now();
  const namedAt = frame.name ? now : (before?.namedAt ?? 0);
  const { badFrames, address } = session;
  const known = { key, batch, badFrames, address, namedAt, heardAt: now };
  room.sessions.update(socket, { state: 'joined', ...identity, ...known });
  tell(room, key, seen);
}

/** What `ready` replays: all that changed since `resume`, or the newest page. A refresh without `resume` gets nothing. */
function replay({ room, session }: Visit, { resume }: AuthFrame): Pick<ReadyFrame, 'recovered' | 'messages'> {
  if (!resume && session.state === 'joined') return { recovered: true, messages: [] };
  const { epoch, rev } = room.log.position();
  const missed = resume && resume.epoch === epoch && resume.rev <= rev ? room.log.changedSince(resume.rev) : undefined;
  if (missed) return { recovered: true, messages: missed };
  return { recovered: false, messages: room.log.page({ limit: limits.pageSize }).messages };
}

function ready(visit: Visit, identity: Identity, frame: AuthFrame): ReadyFrame {
  const { room, details } = visit;
  const { participant, role, expiresAt } = identity;
  const { recovered, messages } = replay(visit, frame);
  const { messageLength, nameLength, frameBytes, pageSizeMax, typingMs } = limits;
  return {
    type: 'ready',
    ...(frame.ref !== undefined && { ref: frame.ref }),
    participant: participant && room.participants.muting(participant),
    role,
    ...(expiresAt !== undefined && { expiresAt }),
    room: room.info(details),
    ...room.moderationLog.conduct(),
    ...room.log.position(),
    recovered,
    messages: seenBy(room, participant, messages),
    participants: room.participants.list().slice(0, limits.readyParticipants),
    ...(participant && { reading: readState(room, participant.id) }),
    marks: everyonesMarks(room),
    limits: { messageLength, nameLength, frameBytes, pageSizeMax, typingMs },
  };
}

/** Closes a socket over a refusal; the others hear of it. */
export function hangUp(room: Room, socket: WebSocket, failure: Failure): void {
  room.noteEvent('refusal', { reason: failure.code, route: socketPath });
  dismiss(room, socket, () => room.sessions.close(socket, failure));
}

/** Answers the close of a peer; the others hear of it. */
export function depart(room: Room, socket: WebSocket, code: number, reason: string): void {
  dismiss(room, socket, () => room.sessions.closed(socket, code, reason));
}

/** Takes the socket from among those who are here: that cannot fail, so everyone is told before the copies are. */
function dismiss(room: Room, socket: WebSocket, close: () => void): void {
  const session = room.sessions.of(socket);
  const details = room.find();
  if (session?.state !== 'joined' || !details) return close();
  const before = look(room, session.key);
  close();
  tell(room, session.key, before);
  if (room.participants.count() !== before.count) room.change(() => room.outbox.mark(details.link, 'soon'));
}
