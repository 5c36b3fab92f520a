/**
 * The export format of a room, as lines of JSON: the room, its messages by id, and an end line that marks the file as
 * complete. The lines contain the salt and the digests of the room's secrets, so that participants keep their ids.
 */
import * as v from 'valibot';
import { decode, parseJson } from './decode.ts';
import type { Result } from './failures.ts';
import {
  About,
  ClientId,
  Emoji,
  IntegerFrom,
  IntegerInRange,
  KeepDays,
  Link,
  MessageId,
  MessageText,
  Tags,
  Title,
  wellFormed,
} from './fields.ts';
import { countCharacters, limits } from './limits.ts';
import { DeletedBy, Mention } from './message.ts';
import { MemberStatus } from './moderation.ts';
import { RoleName } from './participant.ts';

const NonNegativeInteger = IntegerFrom(0);
/** Random bits, or a digest. */
const Base64Url = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 characters of base64url'));

const ParticipantId = v.pipe(
  v.string(),
  v.regex(/^(t:[0-9a-z]{24}|u:[A-Za-z0-9_.@-]{1,128})$/, 'must be the id of a participant'),
);

const AuthorName = v.pipe(
  v.string(),
  v.check(
    (name) => countCharacters(name) <= limits.participant.nameLength,
    `must be at most ${limits.participant.nameLength} characters`,
  ),
  wellFormed,
);

/** The first line. */
export const ArchivedRoom = v.object({
  type: v.literal('room'),
  /** Version of this format. */
  version: v.literal(1),
  link: Link,
  title: Title,
  about: About,
  tags: Tags,
  unlisted: v.boolean(),
  createdAt: NonNegativeInteger,
  updatedAt: NonNegativeInteger,
  epoch: Base64Url,
  /** When the export began. No message has a higher id, but a message can have a higher `rev`. */
  rev: NonNegativeInteger,
  floor: MessageId,
  /** Number of messages ever posted. */
  posted: NonNegativeInteger,
  salt: Base64Url,
  adminDigest: Base64Url,
  /** Salted digest of the join key of a private room. */
  lock: v.optional(v.object({ salt: Base64Url, digest: Base64Url })),
  keepDays: v.optional(KeepDays, 0),
  locked: v.optional(v.boolean(), false),
  slowSeconds: v.optional(IntegerInRange(0, limits.moderation.slowModeSecondsMax), 0),
  /** Moderation status of moderators and of muted and banned participants. */
  standings: v.optional(v.array(MemberStatus), []),
});
export type ArchivedRoom = v.InferOutput<typeof ArchivedRoom>;

const ArchivedReaction = v.object({ emoji: Emoji, participant: ParticipantId });

/** A message with everything that the room stores about it. */
export const ArchivedMessage = v.pipe(
  v.object({
    type: v.literal('message'),
    id: MessageId,
    rev: MessageId,
    author: v.object({ id: ParticipantId, name: AuthorName, role: RoleName }),
    clientId: ClientId,
    /** Digest of the original content, which detects a `clientId` that is reused for another message. */
    sentDigest: Base64Url,
    /** Absent on a tombstone. */
    text: v.optional(MessageText),
    createdAt: NonNegativeInteger,
    editedAt: v.optional(NonNegativeInteger),
    deletedAt: v.optional(NonNegativeInteger),
    deletedBy: v.optional(DeletedBy),
    replyTo: v.optional(MessageId),
    mentions: v.optional(v.array(Mention)),
    /** In the order in which they were added. */
    reactions: v.array(ArchivedReaction),
  }),
  v.forward(
    v.check(({ id, rev }) => rev >= id, 'must be at least id'),
    ['rev'],
  ),
  v.forward(
    v.check(
      ({ text, deletedAt }) => (text === undefined) === (deletedAt !== undefined),
      'must be present except on tombstones',
    ),
    ['text'],
  ),
  v.forward(
    v.check(
      ({ reactions }) => new Set(reactions.map(({ emoji }) => emoji)).size <= limits.message.reactionKinds,
      `must have at most ${limits.message.reactionKinds} different emoji`,
    ),
    ['reactions'],
  ),
  v.forward(
    v.check(
      ({ reactions }) => new Set(reactions.map((one) => `${one.emoji} ${one.participant}`)).size === reactions.length,
      'must not contain duplicates',
    ),
    ['reactions'],
  ),
);
export type ArchivedMessage = v.InferOutput<typeof ArchivedMessage>;

/** The last line. */
export const ArchiveEnd = v.object({
  type: v.literal('end'),
  messages: NonNegativeInteger,
  /** The highest `rev` of all messages. */
  rev: NonNegativeInteger,
});
export type ArchiveEnd = v.InferOutput<typeof ArchiveEnd>;

export const ArchiveLine = v.variant('type', [ArchivedRoom, ArchivedMessage, ArchiveEnd]);
export type ArchiveLine = v.InferOutput<typeof ArchiveLine>;

/** Serializes a line, including the line break. */
export function formatArchiveLine(line: ArchiveLine): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * Parses a line.
 * @returns the line, or `bad_json` or `invalid` (400) with a text that names the invalid fields
 */
export function parseArchiveLine(text: string): Result<ArchiveLine> {
  const json = parseJson(text);
  return json.ok ? decode(ArchiveLine, json.value) : json;
}
