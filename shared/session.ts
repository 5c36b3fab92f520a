/** Schemas of a user's stored sessions (docs/storage-model.md). Times are milliseconds. */
import * as v from 'valibot';
import { MessageText, wellFormed } from './fields.ts';
import { countCharacters, limits } from './limits.ts';

/** The id of a user, session or entry. It has no colon, because the colon separates the parts of KV keys. */
export const ExternalId = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_.@-]{1,128}$/, 'must be 1 to 128 letters, digits, underscores, dots, at signs or hyphens'),
);

/** The speaker of an entry, such as `user` or `assistant`; the caller chooses the values. */
export const SessionEntryRole = v.pipe(
  v.string(),
  v.check(
    (role) => countCharacters(role) <= limits.sessions.roleLength,
    `must be at most ${limits.sessions.roleLength} characters`,
  ),
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
