/** Schemas for user-entered texts, tokens and ids. All other schemas are built from them. */
import * as v from 'valibot';
import { cleanName, looksLikeRole } from './display-names.ts';
import { looksLikeJwt } from './jwt-shape.ts';
import { countCharacters, limits } from './limits.ts';
import { linkPattern, reservedLinks } from './links.ts';

/** A check that counts code points. It carries its limit, so that the OpenAPI document can contain it. */
export interface CharacterLimit {
  (text: string): boolean;
  readonly maxLength: number;
}

/** @param accepted how many characters pass this check, if the text is counted again after it was normalized */
function maxCharacters(maxLength: number, accepted = maxLength) {
  const isWithinLimit: CharacterLimit = Object.assign((text: string) => countCharacters(text) <= accepted, {
    maxLength,
  });
  return v.check<string, string>(isWithinLimit, `must be at most ${maxLength} characters`);
}

const notBlank = v.check<string, string>((text) => /\S/u.test(text), 'must not be blank');

/** Replaces lone surrogates. Storage is UTF-8, which has none: a broadcast text must equal the stored one. */
export const wellFormed = v.transform<string, string>((text) => text.toWellFormed());

const requiredText = (maxLength: number) => v.pipe(v.string(), maxCharacters(maxLength), notBlank, wellFormed);

/** A valid, unreserved chat link. */
export const Link = v.pipe(
  v.string(),
  v.regex(linkPattern, 'must be 1 to 64 letters, digits, hyphens or underscores'),
  v.check((link) => !reservedLinks.includes(link.toLowerCase()), 'is reserved'),
);

export const Title = requiredText(limits.room.titleLength);
/** Can be empty. */
export const About = v.pipe(v.string(), maxCharacters(limits.room.aboutLength), wellFormed);
/** Keeps the order and removes duplicates. */
export const Tags = v.pipe(
  v.array(requiredText(limits.room.tagLength)),
  v.maxLength(limits.room.tags, `must be at most ${limits.room.tags} tags`),
  v.transform((tags) => [...new Set(tags)]),
);
export const MessageText = requiredText(limits.message.length);
/** A participant's name, normalized. Invisible characters are removed; an empty result means no name. */
export const Name = v.pipe(
  v.string(),
  maxCharacters(limits.participant.nameLength, limits.participant.rawNameLength),
  v.transform(cleanName),
  maxCharacters(limits.participant.nameLength),
  v.check((name) => !looksLikeRole(name), 'must not look like a role'),
);

/** Search words for the room list. */
export const RoomSearchQuery = v.pipe(v.string(), maxCharacters(limits.search.queryLength), wellFormed);

/** Search phrase for message texts. White space inside it is part of the phrase. */
export const MessageSearchQuery = v.pipe(
  v.string(),
  v.trim(),
  notBlank,
  maxCharacters(limits.search.queryLength),
  wellFormed,
);

/** Idempotency key of a message: sending it again does not post the message twice. */
export const ClientId = v.pipe(v.string(), maxCharacters(limits.message.clientIdLength), notBlank, wellFormed);
/** Correlates an `ack` or `error` with the frame it answers. */
export const Ref = v.union([
  v.pipe(v.string(), maxCharacters(limits.socket.refLength)),
  v.pipe(v.number(), v.finite()),
]);
export type Ref = v.InferOutput<typeof Ref>;

/** A user token, an admin token or a signed token (JWT), which can be longer. */
export const Token = v.pipe(
  v.string(),
  v.check(
    (token) => looksLikeJwt(token) || countCharacters(token) <= limits.participant.tokenLength,
    `must be at most ${limits.participant.tokenLength} characters`,
  ),
  v.check(
    (token) => countCharacters(token) <= limits.participant.jwtLength,
    `must be at most ${limits.participant.jwtLength} characters, if it is a signed token`,
  ),
);
/** The admin token of a new room, or one that replaces it. It must not look like a JWT. */
export const NewAdminToken = v.pipe(
  Token,
  v.check((token) => !looksLikeJwt(token), 'must not be a signed token (JWT)'),
);
/** The join key of a private room, as the admin sets it. */
export const JoinKey = v.pipe(
  v.string(),
  v.check(
    (key) => countCharacters(key) >= limits.joinKey.lengthMin,
    `must be at least ${limits.joinKey.lengthMin} characters`,
  ),
  maxCharacters(limits.joinKey.length),
  notBlank,
  wellFormed,
);
/** The key that a caller sends to enter a private room: its join key or an invitation. */
export const PresentedKey = v.pipe(v.string(), maxCharacters(limits.joinKey.presentedLength), wellFormed);
/** The secret of an anonymous lease. */
export const LeaseSecret = v.pipe(v.string(), maxCharacters(limits.participant.tokenLength));

/** A whole number in JSON, at least `min`. */
export const IntegerFrom = (min: number) =>
  v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(min, `must be at least ${min}`));

/** A whole number in JSON, from `min` to `max`. */
export const IntegerInRange = (min: number, max: number) =>
  v.pipe(IntegerFrom(min), v.maxValue(max, `must be at most ${max}`));

/** The id of a message: the room's `rev` at which it was created. */
export const MessageId = IntegerFrom(1);

/** The reason for a moderation action or a report. */
export const Reason = requiredText(limits.moderation.reasonLength);

/** Days for which a room keeps its messages; 0 keeps them forever. */
export const KeepDays = IntegerInRange(0, limits.room.keepDaysMax);

/** The emoji of a reaction: exactly one, as entered on a keyboard. */
export const Emoji = v.pipe(v.string(), v.regex(/^\p{RGI_Emoji}$/v, 'must be one emoji'));

/** JSON Schema for a value that a query string can only carry as text. */
export interface JsonSchemaHint {
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

/**
 * A whole number in a query string.
 * @param min minimum
 * @param hint more JSON Schema keywords for the OpenAPI document
 */
export const QueryInteger = (min: number, hint: Record<string, unknown> = {}) =>
  v.pipe(
    v.string(),
    v.metadata({ jsonSchema: { type: 'integer', minimum: min, ...hint } } satisfies JsonSchemaHint),
    v.regex(/^\d{1,15}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
  );
