/**
 * Keeping order: what moderators do to people and to the room, for frames and for REST alike. Each act is stored with
 * its entry in the log, takes effect on whoever is here, and is told to the other moderators.
 */
import { type Failure, fail, ok, type Result } from '../../../shared/failures.ts';
import { limits } from '../../../shared/limits.ts';
import {
  type ChatSettings,
  forever,
  type MemberStatus,
  type ModerationAct,
  type ModerationEntry,
  type ParticipantAction,
} from '../../../shared/moderation.ts';
import { displayName, type Participant, type RoleName } from '../../../shared/participant.ts';
import { isAdminOrOperator, isModerator, outranks, requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { type Sanction, type StatusChange, sanctionFailure } from '../state/member-status.ts';
import type { NewModerationEntry } from '../state/moderation-log.ts';
import { disconnect } from './connect.ts';
import type { Actor } from './post-message.ts';
import { presenceOf, publishPresenceChange } from './publish-presence.ts';

/** A message that somebody reports, and why. */
export interface MessageReport {
  messageId: number;
  reason?: string | undefined;
}

/** A page of the log, and how things stand. */
export interface ModerationPage extends ChatSettings {
  entries: ModerationEntry[];
  next?: string;
  standings: MemberStatus[];
}

/** Does what a moderator asks for: `not_moderator` (403), or `outranked` (403) by whom it is about. */
export function moderate(room: Room, details: Details, actor: Actor, act: ModerationAct): Result<ModerationEntry> {
  const moderator = requireModerator(room, actor);
  if (!moderator.ok) return moderator;
  return 'target' in act
    ? moderateParticipant(room, details, moderator.value, act)
    : ok(changeRoomSettings(room, details, moderator.value, act));
}

/** What moderators can read. */
export function moderationPage(room: Room, before: number | undefined, limit: number): ModerationPage {
  const standings = room.memberStatuses.list(room.clock.now());
  return { ...room.moderationLog.page(before, limit), standings, ...room.moderationLog.chatSettings() };
}

/** Tells the moderators of a message, for anyone who can post: `message_not_found` (404). */
export function reportMessage(room: Room, actor: Actor, { messageId, reason }: MessageReport): Result<ModerationEntry> {
  const by = requireParticipant(actor);
  if (!by.ok) return by;
  const admitted = room.rateLimiter.admit({ ...actor, key: by.value.id }, 'report', room.clock.now());
  if (!admitted.ok) return admitted;
  const message = room.messageLog.find(messageId);
  if (!message) return fail('message_not_found');
  const earlier = room.moderationLog.findReport(by.value.id, messageId);
  if (earlier) return ok(earlier);
  const entry = room.transaction(() =>
    logAction(room, by.value, { action: 'report', target: message.author, messageId, reason }),
  );
  notifyModerators(room, entry);
  return ok(entry);
}

/** Who is asking, if they are a moderator: `token_required` (401), `too_fast` (429), `not_moderator` (403). */
function requireModerator(room: Room, actor: Actor): Result<Participant> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  if (!isModerator(actor.role)) return fail('not_moderator');
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, 'moderate', room.clock.now());
  return admitted.ok ? author : admitted;
}

/** Changes how members may post, and tells everyone. */
function changeRoomSettings(
  room: Room,
  details: Details,
  by: Participant,
  act: Exclude<ModerationAct, ParticipantAction>,
): ModerationEntry {
  const entry = room.transaction(() => {
    const settings = room.moderationLog.chatSettings();
    const change = act.action === 'slow' ? { slowSeconds: act.seconds } : { locked: act.action === 'lock' };
    room.moderationLog.setChatSettings({ ...settings, ...change });
    return logAction(room, by, act);
  });
  room.connections.broadcast(room.roomFrame(details));
  notifyModerators(room, entry);
  return entry;
}

/** Does something to a person: `participant_not_found` (404), `outranked` (403). */
function moderateParticipant(
  room: Room,
  details: Details,
  by: Participant,
  act: ParticipantAction,
): Result<ModerationEntry> {
  const name = nameOf(room, act.target);
  if (name === undefined) return fail('participant_not_found');
  const requiredRole: RoleName = requiresAdmin(act) ? 'admin' : 'moderator';
  if (outranks(requiredRole, by.role)) return fail('not_admin_role');
  if (!outranks(by.role, highestRoleOf(room, act.target))) return fail('outranked');
  const before = presenceOf(room, act.target);
  const entry = room.transaction(() => {
    const change = statusChangeOf(act, room.clock.now());
    if (change) room.memberStatuses.set(act.target, name, change);
    if (act.action === 'ban' && act.addresses) banAddresses(room, act);
    if (act.action === 'unban' || act.action === 'promote') room.memberStatuses.unbanAddresses(act.target);
    const role = roleAfter(act);
    if (role) room.participants.setRole(act.target, role);
    if (act.action === 'kick' || act.action === 'ban') endLease(room, details, act.target);
    return logAction(room, by, { ...act, target: { id: act.target, name } });
  });
  applyToConnections(room, act);
  publishPresenceChange(room, act.target, before);
  notifyModerators(room, entry);
  return ok(entry);
}

/** What only the room's admin may do: making moderators, and closing addresses. */
function requiresAdmin({ action, addresses }: ParticipantAction): boolean {
  return action === 'promote' || action === 'demote' || addresses === true;
}

function statusChangeOf({ action, seconds, reason }: ParticipantAction, now: number): StatusChange | undefined {
  const sanction: Sanction = { until: seconds === undefined ? forever : now + seconds * 1_000, reason };
  switch (action) {
    case 'mute':
      return { muted: sanction };
    case 'unmute':
      return { muted: null };
    case 'ban':
      return { banned: sanction, isModerator: false };
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
function banAddresses(room: Room, { target, seconds }: ParticipantAction): void {
  const now = room.clock.now();
  const until = now + Math.min(limits.addressBanMsMax, (seconds ?? Number.POSITIVE_INFINITY) * 1_000);
  room.memberStatuses.banAddresses(room.participants.addressesOf(target), target, until, now);
}

function endLease(room: Room, { link }: Details, target: string): void {
  if (!room.participants.hasLease(target)) return;
  room.participants.endLease(target);
  room.outbox.markDirty(link, 'soon');
}

/** The role that an act gives. */
function roleAfter({ action }: ParticipantAction): RoleName | undefined {
  if (action === 'promote') return 'moderator';
  return action === 'demote' || action === 'ban' ? 'member' : undefined;
}

/** Makes an act felt by those who are here. */
function applyToConnections(room: Room, act: ParticipantAction): void {
  const { action, target, reason } = act;
  if (action === 'kick') disconnectParticipant(room, target, sanctionFailure('kicked', reason).failure);
  if (action === 'ban') disconnectParticipant(room, target, sanctionFailure('banned', reason).failure);
  const role = roleAfter(act);
  if (role) room.connections.setRole(target, role);
}

function disconnectParticipant(room: Room, target: string, failure: Failure): void {
  for (const socket of room.connections.socketsOf(target)) disconnect(room, socket, failure);
}

/** The highest role that somebody has here, or had as they last wrote: an admin is one by a token, here or not. */
function highestRoleOf(room: Room, target: string): RoleName {
  const latestRole = room.messageLog.latestBy(target)?.author.role;
  const candidates: (RoleName | undefined)[] = [
    room.memberStatuses.isModerator(target) ? 'moderator' : 'member',
    room.participants.find(target)?.role,
    latestRole && isAdminOrOperator(latestRole) ? latestRole : undefined,
  ];
  return candidates.reduce<RoleName>((highest, role) => (role && outranks(role, highest) ? role : highest), 'viewer');
}

/** What somebody is called, who is or was here; undefined of whom the room knows nothing. */
function nameOf(room: Room, target: string): string | undefined {
  const name =
    room.participants.find(target)?.name ??
    room.memberStatuses.nameOf(target) ??
    room.messageLog.latestBy(target)?.author.name;
  return name && displayName(target, name);
}

/** Notes an act in the log, in its transaction. */
function logAction(
  room: Room,
  by: Participant,
  act: Pick<NewModerationEntry, 'action' | 'target' | 'messageId' | 'seconds' | 'reason'>,
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
export function logDeletion(room: Room, by: Participant, author: Participant, messageId: number): ModerationEntry {
  return logAction(room, by, { action: 'delete', target: author, messageId });
}

/** Sends an entry of the log to those who may read it. */
export function notifyModerators(room: Room, entry: ModerationEntry): void {
  room.connections.sendToModerators({ type: 'moderation', entry });
}
