/** Moderation: the actions and the moderation log. Times are milliseconds. */
import * as v from 'valibot';
import { limits } from './limits.ts';
import { Reason, WholeCount } from './text.ts';

/** Actions on a participant (`personActions`) and on the room (`roomActions`). */
export const personActions = ['mute', 'unmute', 'kick', 'ban', 'unban', 'promote', 'demote'] as const;
export const roomActions = ['slow', 'lock', 'unlock'] as const;

/** The id of a participant or author in a room. */
export const ParticipantId = v.pipe(
  v.string(),
  v.regex(/^[tu]:[\x21-\x7e]{1,128}$/, 'must be the id of a participant'),
);

const reason = { reason: v.optional(Reason) };

const personAct = {
  action: v.picklist(personActions),
  target: ParticipantId,
  /** Duration; if absent, until the action is reversed. */
  seconds: v.optional(WholeCount(1, limits.moderationSeconds)),
  /** For a ban: also refuse new unsigned tokens from the same addresses, for at most one day. */
  addresses: v.optional(v.boolean()),
  ...reason,
};

const slowAct = {
  action: v.literal('slow'),
  /** Seconds between two messages of a member; 0 turns slow mode off. */
  seconds: WholeCount(0, limits.slowSeconds),
  ...reason,
};

const lockAct = { action: v.picklist(['lock', 'unlock']), ...reason };

/**
 * The schemas of all actions.
 * @param more fields that every action has too, such as those of the frame or the caller
 */
export function moderationActs<T extends v.ObjectEntries>(more: T) {
  return [
    v.object({ ...more, ...personAct }),
    v.object({ ...more, ...slowAct }),
    v.object({ ...more, ...lockAct }),
  ] as const;
}

const PersonAct = v.object(personAct);
const ModerationAct = v.variant('action', moderationActs({}));
export type ModerationAct = v.InferOutput<typeof ModerationAct>;
export type PersonAct = v.InferOutput<typeof PersonAct>;

/** Actions in the log: also `delete`, of another's message by a moderator, and `report`, of a message. */
export const LoggedAction = v.picklist([...personActions, ...roomActions, 'delete', 'report']);
export type LoggedAction = v.InferOutput<typeof LoggedAction>;

const Named = v.object({ id: v.string(), name: v.string() });

/** One entry of the moderation log. */
export const ModerationEntry = v.object({
  id: v.number(),
  at: v.number(),
  action: LoggedAction,
  by: Named,
  target: v.optional(Named),
  messageId: v.optional(v.number()),
  seconds: v.optional(v.number()),
  reason: v.optional(v.string()),
});
export type ModerationEntry = v.InferOutput<typeof ModerationEntry>;

/** Per-participant moderation status: moderator, muted, banned. */
export const Standing = v.object({
  id: v.string(),
  name: v.string(),
  isModerator: v.boolean(),
  /** Expiry time; absent if not muted. `forever` if there is no end. */
  mutedUntil: v.optional(v.number()),
  bannedUntil: v.optional(v.number()),
  muteReason: v.optional(v.string()),
  banReason: v.optional(v.string()),
});
export type Standing = v.InferOutput<typeof Standing>;

/** Room-wide restrictions on posting. */
export interface Conduct {
  /** Whether only moderators can post. */
  locked: boolean;
  /** Seconds between two messages of a member; 0 if slow mode is off. */
  slowSeconds: number;
}

/** Expiry time of a mute or ban without an end. */
export const forever = Number.MAX_SAFE_INTEGER;
