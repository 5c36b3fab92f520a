/** The sessions of a user: the second document's calls, as they are asked and answered. Times are milliseconds. */
import * as v from 'valibot';
import { MessageText, wellFormed } from './fields.ts';
import { countCharacters, limits } from './limits.ts';

/** A user's, session's or entry's id. No colon: KV keys are joined by it. */
export const ExternalId = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_.@-]{1,128}$/, 'must be 1 to 128 letters, digits, underscores, dots, at signs or hyphens'),
);

/** Who spoke in an entry: `user`, `assistant`, whatever the caller tells apart. */
export const SessionEntryRole = v.pipe(
  v.string(),
  v.check((role) => countCharacters(role) <= limits.roleLength, `must be at most ${limits.roleLength} characters`),
  v.regex(/\S/u, 'must not be blank'),
  wellFormed,
);

export { MessageText as SessionEntryText };

/** One entry of a session. */
export const SessionEntry = v.object({
  sessionId: v.string(),
  chatId: v.string(),
  timestamp: v.number(),
  message: v.string(),
  role: v.optional(v.string()),
});
export type SessionEntry = v.InferOutput<typeof SessionEntry>;

/** A session, without its entries. */
export const SessionInfo = v.object({
  sessionId: v.string(),
  createdAt: v.number(),
  updatedAt: v.number(),
  messageCount: v.number(),
});
export type SessionInfo = v.InferOutput<typeof SessionInfo>;
