/** Schemas of participants. */
import * as v from 'valibot';

/** Lowest role first. A participant with several connections has the highest of their roles. */
export const roles = ['viewer', 'member', 'moderator', 'admin', 'operator'] as const;

export const RoleName = v.picklist(roles);
export type RoleName = v.InferOutput<typeof RoleName>;

/** A participant with an identity: `id` is `t:` and a digest of the token, or `u:` and the `sub` of a signed token. */
export const Participant = v.object({
  id: v.string(),
  name: v.string(),
  role: RoleName,
  /** Time until which the participant is muted, in milliseconds; absent if not muted. */
  mutedUntil: v.optional(v.number()),
});
export type Participant = v.InferOutput<typeof Participant>;

/** Four characters of the id, to distinguish participants with the same name. */
export function shortId(participantId: string): string {
  // Digests differ in every character, the subjects of signed tokens mostly in their last ones.
  return participantId.startsWith('u:') ? participantId.slice(2).slice(-4) : participantId.slice(2, 6);
}

/** The given name, or `guest-` and the short id. */
export function displayName(participantId: string, name: string | undefined): string {
  return name || `guest-${shortId(participantId)}`;
}
