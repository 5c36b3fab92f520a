/**
 * Moderation actions on participants and on the room, by frame and by REST. Each is stored together with its entry in
 * the moderation log, applied to open connections, and sent to the other moderators.
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
import type { Participant, RoleName } from '../../../shared/participant.ts';
import type { Actor } from '../access/actor.ts';
import {
  isAdminOrOperator,
  isModerator,
  outranks,
  requireParticipant,
  sanctionFailure,
} from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import type { Sanction, StatusChange } from '../state/member-status.ts';
import { disconnect } from './disconnect.ts';
import { knownNameOf, logAction, notifyModerators } from './log-moderation.ts';
import { presenceOf, publishPresenceChange } from './publish-presence.ts';

/** A page of the moderation log, with the current statuses and chat settings. */
export interface ModerationPage extends ChatSettings {
  entries: ModerationEntry[];
  next?: string;
  standings: MemberStatus[];
}

/** @param before the id of the last entry of the page before */
export function moderationPage(room: Room, before: number | undefined, limit: number): ModerationPage {
  const standings = room.memberStatuses.list(room.clock.now());
  return { ...room.moderationLog.page(before, limit), standings, ...room.chatSettings.get() };
}

/**
 * Runs a moderation action.
 * @returns the log entry; `token_required` (401), `not_moderator` (403), `too_fast` (429), and for an action on a
 *   participant also `participant_not_found` (404), `not_admin_role` and `outranked` (403)
 */
export function moderate(room: Room, details: Details, actor: Actor, act: ModerationAct): Result<ModerationEntry> {
  const moderator = requireModerator(room, actor);
  if (!moderator.ok) return moderator;
  return 'target' in act
    ? moderateParticipant(room, details, moderator.value, act)
    : ok(changeRoomSettings(room, details, moderator.value, act));
}

function requireModerator(room: Room, actor: Actor): Result<Participant> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  if (!isModerator(actor.role)) return fail('not_moderator');
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, 'moderate', room.clock.now());
  return admitted.ok ? author : admitted;
}

function changeRoomSettings(
  room: Room,
  details: Details,
  by: Participant,
  act: Exclude<ModerationAct, ParticipantAction>,
): ModerationEntry {
  const entry = room.transaction(() => {
    const settings = room.chatSettings.get();
    const change = act.action === 'slow' ? { slowSeconds: act.seconds } : { locked: act.action === 'lock' };
    room.chatSettings.set({ ...settings, ...change });
    return logAction(room, by, act);
  });
  room.connections.broadcast(room.roomFrame(details));
  notifyModerators(room, entry);
  return entry;
}

function moderateParticipant(
  room: Room,
  details: Details,
  by: Participant,
  act: ParticipantAction,
): Result<ModerationEntry> {
  const name = knownNameOf(room, act.target);
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

/** Only the room's admin appoints moderators and bans addresses. */
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

/** Keeps a banned participant from returning under a new token from the same address. */
function banAddresses(room: Room, { target, seconds }: ParticipantAction): void {
  const now = room.clock.now();
  const until = now + Math.min(limits.moderation.addressBanMsMax, (seconds ?? Number.POSITIVE_INFINITY) * 1_000);
  room.memberStatuses.banAddresses(room.participants.addressesOf(target), target, until, now);
}

function endLease(room: Room, { link }: Details, target: string): void {
  if (!room.participants.hasLease(target)) return;
  room.participants.endLease(target);
  room.outbox.markDirty(link, 'soon');
}

/** The role of the target after an action; undefined if the action does not change it. */
function roleAfter({ action }: ParticipantAction): RoleName | undefined {
  if (action === 'promote') return 'moderator';
  return action === 'demote' || action === 'ban' ? 'member' : undefined;
}

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

/**
 * The highest role of a participant: of their connections and lease, or as admin at their latest message. Admin rights
 * come from a token and are not stored, so an absent admin is recognized by their latest message.
 */
function highestRoleOf(room: Room, target: string): RoleName {
  const latestRole = room.messageLog.latestBy(target)?.author.role;
  const candidates: (RoleName | undefined)[] = [
    room.memberStatuses.isModerator(target) ? 'moderator' : 'member',
    room.participants.find(target)?.role,
    latestRole && isAdminOrOperator(latestRole) ? latestRole : undefined,
  ];
  return candidates.reduce<RoleName>((highest, role) => (role && outranks(role, highest) ? role : highest), 'viewer');
}
