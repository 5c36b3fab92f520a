/** Who is in a room, as the room shows them. */
import * as v from 'valibot';

/** From least to most; a person with several connections has the highest of their roles. */
export const roles = ['viewer', 'member', 'moderator', 'admin', 'operator'] as const;

export const RoleName = v.picklist(roles);
export type RoleName = v.InferOutput<typeof RoleName>;

/** A person with an identity in this room: `id` is `t:` and a digest, or `u:` and the subject of a signed token. */
export const Participant = v.object({
  id: v.string(),
  name: v.string(),
  role: RoleName,
  /** While they may not post, in milliseconds. */
  mutedUntil: v.optional(v.number()),
});
export type Participant = v.InferOutput<typeof Participant>;

/** The four characters by which people tell two of the same name apart. */
export function shortId(participantId: string): string {
  // Digests differ in every character, the subjects of signed tokens mostly in their last ones.
  return participantId.startsWith('u:') ? participantId.slice(2).slice(-4) : participantId.slice(2, 6);
}

/** The name of a person: what they gave, or `guest-` and their short id. */
export function displayName(participantId: string, name: string | undefined): string {
  return name || `guest-${shortId(participantId)}`;
}
