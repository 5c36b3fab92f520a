/** Schemas for user-entered texts, tokens and ids. All other schemas are built from them. */
import * as v from 'valibot';
import { countCharacters, limits } from './limits.ts';
import { linkPattern, reservedLinks } from './links.ts';
import { cleanName, looksLikeRole } from './names.ts';
import { looksSigned } from './signed.ts';

/** A check that counts code points. It carries its limit, so that the OpenAPI document can contain it. */
export interface CharacterLimit {
  (text: string): boolean;
  readonly maxLength: number;
}

/** @param enough how many characters pass this check, if the text is counted again after it was normalized */
function atMost(maxLength: number, enough = maxLength) {
  const holds: CharacterLimit = Object.assign((text: string) => countCharacters(text) <= enough, { maxLength });
  return v.check<string, string>(holds, `must be at most ${maxLength} characters`);
}

const notBlank = v.check<string, string>((text) => /\S/u.test(text), 'must not be blank');

/** Replaces lone surrogates. Storage is UTF-8, which has none: a broadcast text must equal the stored one. */
export const wellFormed = v.transform<string, string>((text) => text.toWellFormed());

const someText = (maxLength: number) => v.pipe(v.string(), atMost(maxLength), notBlank, wellFormed);

/** A valid, unreserved chat link. */
export const Link = v.pipe(
  v.string(),
  v.regex(linkPattern, 'must be 1 to 64 letters, digits, hyphens or underscores'),
  v.check((link) => !reservedLinks.includes(link.toLowerCase()), 'is reserved'),
);

export const Title = someText(limits.titleLength);
/** Can be empty. */
export const About = v.pipe(v.string(), atMost(limits.aboutLength), wellFormed);
/** Keeps the order and removes duplicates. */
export const Tags = v.pipe(
  v.array(someText(limits.tagLength)),
  v.maxLength(limits.tags, `must be at most ${limits.tags} tags`),
  v.transform((tags) => [...new Set(tags)]),
);
export const MessageText = someText(limits.messageLength);
/** A participant's name, normalized. Invisible characters are removed; an empty result means no name. */
export const Name = v.pipe(
  v.string(),
  atMost(limits.nameLength, limits.rawNameLength),
  v.transform(cleanName),
  atMost(limits.nameLength),
  v.check((name) => !looksLikeRole(name), 'must not look like a role'),
);

/** Search words for the room list. */
export const Query = v.pipe(v.string(), atMost(limits.queryLength), wellFormed);

/** Search phrase for message texts. White space inside it is part of the phrase. */
export const Phrase = v.pipe(v.string(), v.trim(), notBlank, atMost(limits.queryLength), wellFormed);

/** Idempotency key of a message: sending it again does not post the message twice. */
export const ClientId = v.pipe(v.string(), atMost(limits.clientIdLength), notBlank, wellFormed);
/** Correlates an `ack` or `error` with the frame it answers. */
export const Ref = v.union([v.pipe(v.string(), atMost(limits.refLength)), v.pipe(v.number(), v.finite())]);

/** A user token, an admin token or a signed token (JWT), which can be longer. */
export const Token = v.pipe(
  v.string(),
  v.check(
    (token) => looksSigned(token) || countCharacters(token) <= limits.tokenLength,
    `must be at most ${limits.tokenLength} characters`,
  ),
  v.check(
    (token) => countCharacters(token) <= limits.jwtLength,
    `must be at most ${limits.jwtLength} characters, if it is a signed token`,
  ),
);
/** The admin token of a new room, or one that replaces it. It must not look like a JWT. */
export const NewAdminToken = v.pipe(
  Token,
  v.check((token) => !looksSigned(token), 'must not be a signed token (JWT)'),
);
/** The join key of a private room, as the admin sets it. */
export const JoinKey = v.pipe(
  v.string(),
  v.check(
    (key) => countCharacters(key) >= limits.joinKeyLengthMin,
    `must be at least ${limits.joinKeyLengthMin} characters`,
  ),
  atMost(limits.joinKeyLength),
  notBlank,
  wellFormed,
);
/** The key that a caller sends to enter a private room: its join key or an invitation. */
export const ShownKey = v.pipe(v.string(), atMost(limits.shownKeyLength), wellFormed);
/** The secret of an anonymous lease. */
export const LeaseSecret = v.pipe(v.string(), atMost(limits.tokenLength));

/** The id of a message: the room's `rev` at which it was created. */
export const MessageId = v.pipe(
  v.number(),
  v.safeInteger('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
);

/** The reason for a moderation action or a report. */
export const Reason = someText(limits.reasonLength);

/** A whole number in JSON, from `least` to `most`. */
export const WholeCount = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.safeInteger('must be a whole number'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );

/** Days for which a room keeps its messages; 0 keeps them forever. */
export const KeepDays = WholeCount(0, limits.keepDaysMax);

/** The emoji of a reaction: exactly one, as entered on a keyboard. */
export const Emoji = v.pipe(v.string(), v.regex(/^\p{RGI_Emoji}$/v, 'must be one emoji'));

/** JSON Schema for a value that a query string can only carry as text. */
export interface JsonSchemaHint {
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

/**
 * A whole number in a query string.
 * @param least minimum
 * @param hint more JSON Schema keywords for the OpenAPI document
 */
export const WholeNumber = (least: number, hint: Record<string, unknown> = {}) =>
  v.pipe(
    v.string(),
    v.metadata({ jsonSchema: { type: 'integer', minimum: least, ...hint } } satisfies JsonSchemaHint),
    v.regex(/^\d{1,15}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(least, `must be at least ${least}`),
  );
