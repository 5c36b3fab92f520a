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
import type { Joined, Session } from './sessions.ts';

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

/** What everyone sees of who is here, so that they can be told what a change made of it. */
interface Sight {
  count: number;
  person: Participant | undefined;
}

function look(room: Room, key: string): Sight {
  return { count: room.participants.count(), person: room.participants.person(key) };
}

/** Tells everyone what has changed since `before` about who is here, if anything has. */
function tell(room: Room, key: string, before: Sight): void {
  const { count, person } = look(room, key);
  if (before.person && !person) room.presence.left(before.person);
  else if (person && (person.name !== before.person?.name || person.role !== before.person.role)) {
    room.presence.joined(person, !before.person);
  } else if (count !== before.count) room.presence.changed();
}

/** Changes the leases that make someone present under `key`; the copies hear of it in the same transaction. */
function changeLeases<T>(room: Room, details: Details, key: string, change: () => T): T {
  const before = look(room, key);
  const result = room.change(() => {
    const changed = change();
    if (room.participants.count() !== before.count) room.outbox.mark(details.link, 'soon');
    return changed;
  });
  tell(room, key, before);
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
  const granted = changeLeases(room, details, key, () => {
    if (who && attendance.lease !== undefined) room.participants.leave(leaseKey(details, attendance.lease));
    return room.participants.join(key, named, address, room.clock.now());
  });
  if (!granted.ok) return granted;
  room.wake.by(granted.value.until);
  return done({ participantCount: room.participants.count(), ...(!who && { lease: secret }) });
}

function leave(room: Room, details: Details, who: Participant | null, lease: string | undefined): Outcome<Attended> {
  const named = who?.id ?? (lease === undefined ? undefined : leaseKey(details, lease));
  const key = named ?? room.participants.oldestAnonymous()?.key;
  if (key !== undefined) changeLeases(room, details, key, () => room.participants.leave(key));
  return done({ participantCount: room.participants.count() });
}

/** Ends the leases whose time is up. */
export function expireLeases(room: Room, details: Details): void {
  for (const { key } of room.participants.expired(room.clock.now())) {
    changeLeases(room, details, key, () => room.participants.leave(key));
  }
}

/**
 * Lets a socket in, or refreshes the credential of one that is in, and sends it `ready`: in one synchronous turn, so
 * that nothing falls between what `ready` holds and the first frame after it.
 */
export function authenticate(visit: Visit, frame: AuthFrame): Outcome<void> {
  const { room, details, socket, session } = visit;
  const before = session.state === 'joined' ? session : undefined;
  // Who gives no name goes on under the one they had.
  const name = frame.name ?? before?.participant?.name;
  const identity = room.identities.identify(details, { ...frame, name });
  if (!identity.ok) return identity;
  if (before && !mayContinueAs(before, identity.value)) return fail('other_person');
  room.sessions.flush();
  seat(visit, before, identity.value, frame);
  room.sessions.send(socket, ready(visit, identity.value, frame));
  return done(undefined);
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
    // A visitor who says who they are is no longer counted as a visitor.
    const stops = who && leased !== undefined;
    if (stops) room.participants.leave(leased);
    const moves = before && before.key !== key;
    if (stops || moves || !room.participants.isHere(key)) room.outbox.mark(details.link, 'soon');
  });
  const { badFrames } = session;
  room.sessions.update(socket, { state: 'joined', ...identity, key, batch, badFrames, heardAt: room.clock.now() });
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
