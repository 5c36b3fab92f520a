/** Keeping order in a room: what moderators can do, and the log of what they did. Times are milliseconds. */
import * as v from 'valibot';
import { IntegerInRange, Reason } from './fields.ts';
import { limits } from './limits.ts';

/** What is done to a person, and what to the room. */
export const participantActions = ['mute', 'unmute', 'kick', 'ban', 'unban', 'promote', 'demote'] as const;
export const roomActions = ['slow', 'lock', 'unlock'] as const;

/** A person's id in the room, as participants and authors have it. */
export const ParticipantId = v.pipe(
  v.string(),
  v.regex(/^[tu]:[\x21-\x7e]{1,128}$/, 'must be the id of a participant'),
);

const reasonField = { reason: v.optional(Reason) };

const participantActionFields = {
  action: v.picklist(participantActions),
  target: ParticipantId,
  /** For how long; without it until it is taken back. */
  seconds: v.optional(IntegerInRange(1, limits.moderationSecondsMax)),
  /** Of a ban: whether new opaque identities from the same addresses are kept out too, for a day at most. */
  addresses: v.optional(v.boolean()),
  ...reasonField,
};

const slowModeFields = {
  action: v.literal('slow'),
  /** Between two messages of a member; 0 ends it. */
  seconds: IntegerInRange(0, limits.slowModeSecondsMax),
  ...reasonField,
};

const lockFields = { action: v.picklist(['lock', 'unlock']), ...reasonField };

/** The acts, each with what it needs and what comes with it on its way. */
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

/** What the log can tell of, beside the acts: a message that a moderator deleted, or that somebody reported. */
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

/** A person who is not like everyone else in the room. */
export const MemberStatus = v.object({
  id: v.string(),
  name: v.string(),
  isModerator: v.boolean(),
  /** Until when; absent where they are not. One without an end is that of the largest whole number. */
  mutedUntil: v.optional(v.number()),
  bannedUntil: v.optional(v.number()),
  muteReason: v.optional(v.string()),
  banReason: v.optional(v.string()),
});
export type MemberStatus = v.InferOutput<typeof MemberStatus>;

/** How members may post. */
export interface ChatSettings {
  /** Only moderators post. */
  locked: boolean;
  /** Seconds between two messages of a member; 0 where there is no such rule. */
  slowSeconds: number;
}

/** When what has no end ends. */
export const forever = Number.MAX_SAFE_INTEGER;
