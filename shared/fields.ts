/** Schemas of the texts that people type and of the ids that machines pass on; the atoms of every other schema. */
import * as v from 'valibot';
import { cleanName, looksLikeRole } from './display-names.ts';
import { looksLikeJwt } from './jwt-shape.ts';
import { countCharacters, limits } from './limits.ts';
import { linkPattern, reservedLinks } from './links.ts';

/** A check that counts code points, with its limit beside it so that the OpenAPI document can state it. */
export interface CharacterLimit {
  (text: string): boolean;
  readonly maxLength: number;
}

/** @param accepted how many pass here, where what is left of the text is counted again once it is clean */
function maxCharacters(maxLength: number, accepted = maxLength) {
  const isWithinLimit: CharacterLimit = Object.assign((text: string) => countCharacters(text) <= accepted, {
    maxLength,
  });
  return v.check<string, string>(isWithinLimit, `must be at most ${maxLength} characters`);
}

const notBlank = v.check<string, string>((text) => /\S/u.test(text), 'must not be blank');

/** Storage keeps UTF-8, which has no lone surrogates: what is broadcast must be what will be read back. */
export const wellFormed = v.transform<string, string>((text) => text.toWellFormed());

const requiredText = (maxLength: number) => v.pipe(v.string(), maxCharacters(maxLength), notBlank, wellFormed);

/** A chat link that a room may have. */
export const Link = v.pipe(
  v.string(),
  v.regex(linkPattern, 'must be 1 to 64 letters, digits, hyphens or underscores'),
  v.check((link) => !reservedLinks.includes(link.toLowerCase()), 'is reserved'),
);

export const Title = requiredText(limits.titleLength);
/** May be empty. */
export const About = v.pipe(v.string(), maxCharacters(limits.aboutLength), wellFormed);
/** In order, each once. */
export const Tags = v.pipe(
  v.array(requiredText(limits.tagLength)),
  v.maxLength(limits.tags, `must be at most ${limits.tags} tags`),
  v.transform((tags) => [...new Set(tags)]),
);
export const MessageText = requiredText(limits.messageLength);
/** What a person calls themself; blank stands for no name. What cannot be seen in it does not count. */
export const Name = v.pipe(
  v.string(),
  maxCharacters(limits.nameLength, limits.rawNameLength),
  v.transform(cleanName),
  maxCharacters(limits.nameLength),
  v.check((name) => !looksLikeRole(name), 'must not look like a role'),
);

/** What is looked for. */
export const RoomSearchQuery = v.pipe(v.string(), maxCharacters(limits.queryLength), wellFormed);

/** What is looked for in texts, white space within it and all. */
export const MessageSearchQuery = v.pipe(v.string(), v.trim(), notBlank, maxCharacters(limits.queryLength), wellFormed);

/** With it a client may send the same message again without repeating it. */
export const ClientId = v.pipe(v.string(), maxCharacters(limits.clientIdLength), notBlank, wellFormed);
/** Ties an `ack` or `error` to the frame it answers. */
export const Ref = v.union([v.pipe(v.string(), maxCharacters(limits.refLength)), v.pipe(v.number(), v.finite())]);

/** A user token, an admin token or a signed identity. */
export const Token = v.pipe(
  v.string(),
  v.check(
    (token) => looksLikeJwt(token) || countCharacters(token) <= limits.tokenLength,
    `must be at most ${limits.tokenLength} characters`,
  ),
  v.check(
    (token) => countCharacters(token) <= limits.jwtLength,
    `must be at most ${limits.jwtLength} characters, if it is a signed token`,
  ),
);
/** The token of a room's admin, as given when the room is made. */
export const NewAdminToken = v.pipe(
  Token,
  v.check((token) => !looksLikeJwt(token), 'must not be a signed token (JWT)'),
);
/** What opens a private room, as its admin gives it. */
export const JoinKey = v.pipe(
  v.string(),
  v.check(
    (key) => countCharacters(key) >= limits.joinKeyLengthMin,
    `must be at least ${limits.joinKeyLengthMin} characters`,
  ),
  maxCharacters(limits.joinKeyLength),
  notBlank,
  wellFormed,
);
/** What somebody shows at the door of a private room: its join key, or an invitation. */
export const PresentedKey = v.pipe(v.string(), maxCharacters(limits.presentedKeyLength), wellFormed);
/** The secret of an anonymous lease. */
export const LeaseSecret = v.pipe(v.string(), maxCharacters(limits.tokenLength));

/** The id of a message: the room's `rev` at which it was made. */
export const MessageId = v.pipe(
  v.number(),
  v.safeInteger('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
);

/** Why a moderator does something. */
export const Reason = requiredText(limits.reasonLength);

/** A whole number in JSON, within bounds. */
export const IntegerInRange = (min: number, max: number) =>
  v.pipe(
    v.number(),
    v.safeInteger('must be a whole number'),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

/** Days for which a room keeps its messages; 0 is for ever. */
export const KeepDays = IntegerInRange(0, limits.keepDaysMax);

/** What a reaction is made with: one emoji, as a keyboard gives it. */
export const Emoji = v.pipe(v.string(), v.regex(/^\p{RGI_Emoji}$/v, 'must be one emoji'));

/** JSON Schema for what a query string can only carry as text. */
export interface JsonSchemaHint {
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

/**
 * A whole number in a query string.
 * @param min the smallest that is accepted
 * @param hint what the OpenAPI document says of it beside its type
 */
export const QueryInteger = (min: number, hint: Record<string, unknown> = {}) =>
  v.pipe(
    v.string(),
    v.metadata({ jsonSchema: { type: 'integer', minimum: min, ...hint } } satisfies JsonSchemaHint),
    v.regex(/^\d{1,15}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
  );
