/** Moderation: the actions and the moderation log. Times are milliseconds. */
import * as v from 'valibot';
import { IntegerInRange, Reason } from './fields.ts';
import { limits } from './limits.ts';

const participantActions = ['mute', 'unmute', 'kick', 'ban', 'unban', 'promote', 'demote'] as const;
const roomActions = ['slow', 'lock', 'unlock'] as const;

/** The id of a participant or author in a room. */
const ParticipantId = v.pipe(v.string(), v.regex(/^[tu]:[\x21-\x7e]{1,128}$/, 'must be the id of a participant'));

const reasonField = { reason: v.optional(Reason) };

const participantActionFields = {
  action: v.picklist(participantActions),
  target: ParticipantId,
  /** Duration; if absent, until the action is reversed. */
  seconds: v.optional(IntegerInRange(1, limits.moderation.secondsMax)),
  /** For a ban: also refuse new unsigned tokens from the same addresses, for at most one day. */
  addresses: v.optional(v.boolean()),
  ...reasonField,
};

const slowModeFields = {
  action: v.literal('slow'),
  /** Seconds between two messages of a member; 0 turns slow mode off. */
  seconds: IntegerInRange(0, limits.moderation.slowModeSecondsMax),
  ...reasonField,
};

const lockFields = { action: v.picklist(['lock', 'unlock']), ...reasonField };

/**
 * The schemas of all actions.
 * @param extraFields fields that each schema has too, such as those of the frame or the caller
 */
export function moderationActionSchemas<T extends v.ObjectEntries>(extraFields: T) {
  return [
    v.object({ ...extraFields, ...participantActionFields }),
    v.object({ ...extraFields, ...slowModeFields }),
    v.object({ ...extraFields, ...lockFields }),
  ] as const;
}

const ParticipantAction = v.object(participantActionFields);
const ModerationAct = v.variant('action', moderationActionSchemas({}));
export type ModerationAct = v.InferOutput<typeof ModerationAct>;
export type ParticipantAction = v.InferOutput<typeof ParticipantAction>;

/** Actions in the log: also `delete`, of another's message by a moderator, and `report`, of a message. */
export const LoggedAction = v.picklist([...participantActions, ...roomActions, 'delete', 'report']);
export type LoggedAction = v.InferOutput<typeof LoggedAction>;

const NamedParticipant = v.object({ id: v.string(), name: v.string() });

/** One entry of the moderation log. */
export const ModerationEntry = v.object({
  id: v.number(),
  at: v.number(),
  action: LoggedAction,
  by: NamedParticipant,
  target: v.optional(NamedParticipant),
  messageId: v.optional(v.number()),
  seconds: v.optional(v.number()),
  reason: v.optional(v.string()),
});
export type ModerationEntry = v.InferOutput<typeof ModerationEntry>;

/** Per-participant moderation status: moderator, muted, banned. */
export const MemberStatus = v.object({
  id: v.string(),
  name: v.string(),
  isModerator: v.boolean(),
  /** Expiry time; absent if not muted. `forever` if there is no end. */
  mutedUntil: v.optional(v.number()),
  bannedUntil: v.optional(v.number()),
  muteReason: v.optional(v.string()),
  banReason: v.optional(v.string()),
});
export type MemberStatus = v.InferOutput<typeof MemberStatus>;

/** Room-wide restrictions on posting. */
export interface ChatSettings {
  /** Whether only moderators can post. */
  locked: boolean;
  /** Seconds between two messages of a member; 0 if slow mode is off. */
  slowSeconds: number;
}

/** Expiry time of a mute or ban without an end. */
export const forever = Number.MAX_SAFE_INTEGER;
