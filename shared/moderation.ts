/** Keeping order in a room: what moderators can do, and the log of what they did. Times are milliseconds. */
import * as v from 'valibot';
import { limits } from './limits.ts';
import { Reason, WholeCount } from './text.ts';

/** What is done to a person, and what to the room. */
const personActions = ['mute', 'unmute', 'kick', 'ban', 'unban', 'promote', 'demote'] as const;
const roomActions = ['slow', 'lock', 'unlock'] as const;

/** A person's id in the room, as participants and authors have it. */
const ParticipantId = v.pipe(v.string(), v.regex(/^[tu]:[\x21-\x7e]{1,128}$/, 'must be the id of a participant'));

const reason = { reason: v.optional(Reason) };

const personAct = {
  action: v.picklist(personActions),
  target: ParticipantId,
  /** For how long; without it until it is taken back. */
  seconds: v.optional(WholeCount(1, limits.moderationSeconds)),
  /** Of a ban: whether new opaque identities from the same addresses are kept out too, for a day at most. */
  addresses: v.optional(v.boolean()),
  ...reason,
};

const slowAct = {
  action: v.literal('slow'),
  /** Between two messages of a member; 0 ends it. */
  seconds: WholeCount(0, limits.slowSeconds),
  ...reason,
};

const lockAct = { action: v.picklist(['lock', 'unlock']), ...reason };

/** The acts, each with what it needs and what comes with it on its way. */
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

/** What the log can tell of, beside the acts: a message that a moderator deleted, or that somebody reported. */
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

/** A person who is not like everyone else in the room. */
export const Standing = v.object({
  id: v.string(),
  name: v.string(),
  isModerator: v.boolean(),
  /** Until when; absent where they are not. One without an end is that of the largest whole number. */
  mutedUntil: v.optional(v.number()),
  bannedUntil: v.optional(v.number()),
  muteReason: v.optional(v.string()),
  banReason: v.optional(v.string()),
});
export type Standing = v.InferOutput<typeof Standing>;

/** How members may post. */
export interface Conduct {
  /** Only moderators post. */
  locked: boolean;
  /** Seconds between two messages of a member; 0 where there is no such rule. */
  slowSeconds: number;
}

/** When what has no end ends. */
export const forever = Number.MAX_SAFE_INTEGER;
