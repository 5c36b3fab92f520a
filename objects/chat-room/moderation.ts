/**
 * Keeping order: what moderators do to people and to the room, for frames and for REST alike. Each act is stored with
 * its entry in the log, takes effect on whoever is here, and is told to the other moderators.
 */
import { done, type Failure, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import {
  type Conduct,
  forever,
  type ModerationAct,
  type ModerationEntry,
  type PersonAct,
  type Standing,
} from '../../shared/moderation.ts';
import { displayName, type Participant, type RoleName } from '../../shared/participant.ts';
import type { Details } from './details.ts';
import type { NewEntry } from './moderation-log.ts';
import type { Poster } from './posting.ts';
import type { Room } from './room.ts';
import { authorOf, isModerator, isStaff, outranks } from './rules.ts';
import { hangUp } from './seating.ts';
import { look, tell } from './sight.ts';
import { type Restraint, refuseFor, type StandingChange } from './standings.ts';

/** A message that somebody reports, and why. */
export interface Complaint {
  messageId: number;
  reason?: string | undefined;
}

/** A page of the log, and how things stand. */
export interface ModerationPage extends Conduct {
  entries: ModerationEntry[];
  next?: string;
  standings: Standing[];
}

/** Does what a moderator asks for: `not_moderator` (403), or `outranked` (403) by whom it is about. */
export function moderate(room: Room, details: Details, poster: Poster, act: ModerationAct): Outcome<ModerationEntry> {
  const moderator = moderatorOf(room, poster);
  if (!moderator.ok) return moderator;
  return 'target' in act
    ? discipline(room, details, moderator.value, act)
    : done(regulate(room, details, moderator.value, act));
}

/** What moderators can read. */
export function moderationPage(room: Room, before: number | undefined, limit: number): ModerationPage {
  const standings = room.standings.list(room.clock.now());
  return { ...room.moderationLog.page(before, limit), standings, ...room.moderationLog.conduct() };
}

/** Tells the moderators of a message, for anyone who can post: `message_not_found` (404). */
export function reportMessage(room: Room, poster: Poster, { messageId, reason }: Complaint): Outcome<ModerationEntry> {
  const by = authorOf(poster);
  if (!by.ok) return by;
  const admitted = room.pacing.admit({ ...poster, key: by.value.id }, 'report', room.clock.now());
  if (!admitted.ok) return admitted;
  const message = room.log.find(messageId);
  if (!message) return fail('message_not_found');
  const earlier = room.moderationLog.reportOf(by.value.id, messageId);
  if (earlier) return done(earlier);
  const entry = room.change(() =>
    note(room, by.value, { action: 'report', target: message.author, messageId, reason }),
  );
  tellModerators(room, entry);
  return done(entry);
}

/** Who is asking, if they are a moderator: `token_required` (401), `too_fast` (429), `not_moderator` (403). */
function moderatorOf(room: Room, poster: Poster): Outcome<Participant> {
  const author = authorOf(poster);
  if (!author.ok) return author;
  if (!isModerator(poster.role)) return fail('not_moderator');
  const admitted = room.pacing.admit({ ...poster, key: author.value.id }, 'moderate', room.clock.now());
  return admitted.ok ? author : admitted;
}

/** Changes how members may post, and tells everyone. */
function regulate(
  room: Room,
  details: Details,
  by: Participant,
  act: Exclude<ModerationAct, PersonAct>,
): ModerationEntry {
  const entry = room.change(() => {
    const conduct = room.moderationLog.conduct();
    const change = act.action === 'slow' ? { slowSeconds: act.seconds } : { locked: act.action === 'lock' };
    room.moderationLog.setConduct({ ...conduct, ...change });
    return note(room, by, act);
  });
  room.sessions.broadcast(room.frame(details));
  tellModerators(room, entry);
  return entry;
}

/** Does something to a person: `participant_not_found` (404), `outranked` (403). */
function discipline(room: Room, details: Details, by: Participant, act: PersonAct): Outcome<ModerationEntry> {
  const name = nameOf(room, act.target);
  if (name === undefined) return fail('participant_not_found');
  const needed: RoleName = isAdminsAct(act) ? 'admin' : 'moderator';
  if (outranks(needed, by.role)) return fail('not_admin_role');
  if (!outranks(by.role, roleOf(room, act.target))) return fail('outranked');
  const seen = look(room, act.target);
  const entry = room.change(() => {
    const change = changeOf(act, room.clock.now());
    if (change) room.standings.set(act.target, name, change);
    if (act.action === 'ban' && act.addresses) closeAddresses(room, act);
    if (act.action === 'unban' || act.action === 'promote') room.standings.unbanAddresses(act.target);
    const role = roleAfter(act);
    if (role) room.participants.setRole(act.target, role);
    if (act.action === 'kick' || act.action === 'ban') endLease(room, details, act.target);
    return note(room, by, { ...act, target: { id: act.target, name } });
  });
  enforce(room, act);
  tell(room, act.target, seen);
  tellModerators(room, entry);
  return done(entry);
}

/** What only the room's admin may do: making moderators, and closing addresses. */
function isAdminsAct({ action, addresses }: PersonAct): boolean {
  return action === 'promote' || action === 'demote' || addresses === true;
}

function changeOf({ action, seconds, reason }: PersonAct, now: number): StandingChange | undefined {
  const restraint: Restraint = { until: seconds === undefined ? forever : now + seconds * 1_000, reason };
  switch (action) {
    case 'mute':
      return { muted: restraint };
    case 'unmute':
      return { muted: null };
    case 'ban':
      return { banned: restraint, isModerator: false };
    case 'unban':
      return { banned: null };
    case 'promote':
      return { isModerator: true, banned: null, muted: null };
    case 'demote':
      return { isModerator: false };
    case 'kick':
      return undefined;
  }
}

/** Whoever was banned is not to come back under a new token from where they are. */
function closeAddresses(room: Room, { target, seconds }: PersonAct): void {
  const now = room.clock.now();
  const until = now + Math.min(limits.addressBanMs, (seconds ?? Number.POSITIVE_INFINITY) * 1_000);
  room.standings.banAddresses(room.participants.addressesOf(target), target, until, now);
}

function endLease(room: Room, { link }: Details, target: string): void {
  if (!room.participants.hasLease(target)) return;
  room.participants.leave(target);
  room.outbox.mark(link, 'soon');
}

/** The role that an act gives. */
function roleAfter({ action }: PersonAct): RoleName | undefined {
  if (action === 'promote') return 'moderator';
  return action === 'demote' || action === 'ban' ? 'member' : undefined;
}

/** Makes an act felt by those who are here. */
function enforce(room: Room, act: PersonAct): void {
  const { action, target, reason } = act;
  if (action === 'kick') closeSockets(room, target, refuseFor('kicked', reason).failure);
  if (action === 'ban') closeSockets(room, target, refuseFor('banned', reason).failure);
  const role = roleAfter(act);
  if (role) room.sessions.setRole(target, role);
}

function closeSockets(room: Room, target: string, failure: Failure): void {
  for (const socket of room.sessions.socketsOf(target)) hangUp(room, socket, failure);
}

/** The highest role that somebody has here, or had as they last wrote: an admin is one by a token, here or not. */
function roleOf(room: Room, target: string): RoleName {
  const written = room.log.lastOf(target)?.author.role;
  const known: (RoleName | undefined)[] = [
    room.standings.isModerator(target) ? 'moderator' : 'member',
    room.participants.person(target)?.role,
    written && isStaff(written) ? written : undefined,
  ];
  return known.reduce<RoleName>((highest, role) => (role && outranks(role, highest) ? role : highest), 'viewer');
}

/** What somebody is called, who is or was here; undefined of whom the room knows nothing. */
function nameOf(room: Room, target: string): string | undefined {
  const name =
    room.participants.person(target)?.name ?? room.standings.nameOf(target) ?? room.log.lastOf(target)?.author.name;
  return name && displayName(target, name);
}

/** Notes an act in the log, in its transaction. */
function note(
  room: Room,
  by: Participant,
  act: Pick<NewEntry, 'action' | 'target' | 'messageId' | 'seconds' | 'reason'>,
): ModerationEntry {
  const { action, target, messageId, seconds, reason } = act;
  const { id } = by;
  // Over REST nobody says their name with an act.
  const name = by.name === displayName(id, undefined) ? (nameOf(room, id) ?? by.name) : by.name;
  return room.moderationLog.add({
    at: room.clock.now(),
    action,
    by: { id, name },
    target: target && { id: target.id, name: target.name },
    messageId,
    seconds,
    reason,
  });
}

/** Notes that a moderator deleted another's message, in the transaction that does it. */
export function noteDeletion(room: Room, by: Participant, author: Participant, messageId: number): ModerationEntry {
  return note(room, by, { action: 'delete', target: author, messageId });
}

/** Sends an entry of the log to those who may read it. */
export function tellModerators(room: Room, entry: ModerationEntry): void {
  room.sessions.tellModerators({ type: 'moderation', entry });
}
