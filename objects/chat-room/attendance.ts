/** Coming and going, by REST lease and by socket: who that makes present, and telling everyone when it changes. */
import { done, type Failure, fail, type Outcome } from '../../shared/failures.ts';
import type { AuthFrame, ReadyFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import type { Participant } from '../../shared/participant.ts';
import { digest, randomSecret } from '../storage/digests.ts';
import type { Details } from './details.ts';
import type { Credentials } from './identity.ts';
import type { Room } from './room.ts';
import { type Identity, mayContinueAs } from './rules.ts';
import type { Session } from './sessions.ts';

/** A REST join or leave. */
export interface Attendance extends Credentials {
  action: 'join' | 'leave';
  /** The secret of an anonymous lease. */
  lease?: string | undefined;
  /** The caller's network address. */
  address: string;
}

/** What a REST join or leave is answered with; `lease` to visitors without a token only. */
export interface Attended {
  participantCount: number;
  lease?: string;
}

/** A socket in its room, and what is known of it. */
export interface Visit<S extends Session = Session> {
  room: Room;
  details: Details;
  socket: WebSocket;
  session: S;
}

function leaseKey(details: Details, secret: string): string {
  return `l:${digest(details.salt, 'lease', secret)}`;
}

/** Makes a change to who is here under `key`, and tells the copies and everyone if it changed anything. */
function track<T>(room: Room, details: Details, key: string, change: () => T): T {
  const count = room.participants.count();
  const before = room.participants.person(key);
  const result = room.change(() => {
    const changed = change();
    if (room.participants.count() !== count) room.outbox.mark(details.link, 'soon');
    return changed;
  });
  const after = room.participants.person(key);
  if (before && !after) room.presence.left(before);
  if (after && (after.name !== before?.name || after.role !== before.role)) room.presence.joined(after, !before);
  if (room.participants.count() !== count) room.presence.changed();
  return result;
}

/** Joins or leaves by REST. */
export function attend(room: Room, details: Details, attendance: Attendance): Outcome<Attended> {
  const identity = room.identities.identify(details, attendance);
  if (!identity.ok) return identity;
  const { participant } = identity.value;
  const { action, lease } = attendance;
  if (!participant && lease !== undefined && !room.participants.hasLease(leaseKey(details, lease))) {
    return fail('lease_not_found');
  }
  return action === 'join' ? join(room, details, participant, attendance) : leave(room, details, participant, lease);
}

function join(room: Room, details: Details, who: Participant | null, attendance: Attendance): Outcome<Attended> {
  const secret = attendance.lease ?? randomSecret();
  const key = who?.id ?? leaseKey(details, secret);
  const address = digest(details.salt, 'address', attendance.address);
  // Who gives no name goes on under the one they have here.
  const shown = who && !attendance.name ? room.participants.person(who.id) : undefined;
  const named = who && { ...who, name: shown?.name ?? who.name };
  const granted = track(room, details, key, () => room.participants.join(key, named, address, room.clock.now()));
  if (!granted.ok) return granted;
  room.wake.by(granted.value.until);
  return done({ participantCount: room.participants.count(), ...(!who && { lease: secret }) });
}

function leave(room: Room, details: Details, who: Participant | null, lease: string | undefined): Outcome<Attended> {
  const named = who?.id ?? (lease === undefined ? undefined : leaseKey(details, lease));
  const key = named ?? room.participants.oldestAnonymous()?.key;
  if (key !== undefined) track(room, details, key, () => room.participants.leave(key));
  return done({ participantCount: room.participants.count() });
}

/** Ends the leases whose time is up. */
export function expireLeases(room: Room, details: Details): void {
  for (const { key } of room.participants.expired(room.clock.now())) {
    track(room, details, key, () => room.participants.leave(key));
  }
}

/**
 * Lets a socket in, or refreshes the credential of one that is in, and sends it `ready`: in one synchronous turn, so
 * that nothing falls between what `ready` holds and the first frame after it.
 */
export function authenticate(visit: Visit, frame: AuthFrame): Outcome<void> {
  const { room, details, socket, session } = visit;
  const identity = room.identities.identify(details, frame);
  if (!identity.ok) return identity;
  if (session.state === 'joined' && !mayContinueAs(session, identity.value)) return fail('other_person');
  room.sessions.flush();
  seat(visit, identity.value, frame);
  room.sessions.send(socket, ready(visit, identity.value, frame));
  return done(undefined);
}

/** Takes the socket's person among those who are here, and tells the others of someone new or changed. */
function seat({ room, details, socket, session }: Visit, identity: Identity, frame: AuthFrame): void {
  const who = identity.participant;
  const before = session.state === 'joined' ? session : undefined;
  const visitor = frame.lease === undefined ? undefined : leaseKey(details, frame.lease);
  const leased = visitor !== undefined && room.participants.hasLease(visitor) ? visitor : undefined;
  const key = who?.id ?? leased ?? before?.key ?? `s:${randomSecret()}`;
  const batch = frame.batch ?? before?.batch ?? false;
  track(room, details, key, () =>
    room.sessions.update(socket, { state: 'joined', ...identity, key, batch, badFrames: session.badFrames }),
  );
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
  const { messageLength, nameLength, frameBytes, pageSizeMax } = limits;
  return {
    type: 'ready',
    ...(frame.ref !== undefined && { ref: frame.ref }),
    ...identity,
    room: room.info(details),
    ...room.log.position(),
    ...replay(visit, frame),
    participants: room.participants.list().slice(0, limits.readyParticipants),
    limits: { messageLength, nameLength, frameBytes, pageSizeMax },
  };
}

/** Closes a socket over a refusal; the others hear of it. */
export function hangUp(room: Room, socket: WebSocket, failure: Failure): void {
  dismiss(room, socket, () => room.sessions.close(socket, failure));
}

/** Answers the close of a peer; the others hear of it. */
export function depart(room: Room, socket: WebSocket, code: number, reason: string): void {
  dismiss(room, socket, () => room.sessions.closed(socket, code, reason));
}

function dismiss(room: Room, socket: WebSocket, close: () => void): void {
  const session = room.sessions.of(socket);
  const details = room.find();
  if (session?.state !== 'joined' || !details) return close();
  track(room, details, session.key, close);
}
