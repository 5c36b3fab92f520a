/** Posting: the one way, for frames and for REST, in which a message gets into the log and to everyone. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { findMentions } from '../../../shared/mentions.ts';
import type { Mention } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import {
  activeSanctionFailure,
  type Identity,
  isAdminOrOperator,
  isModerator,
  requireParticipant,
} from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { type AppendResult, type Draft, isSameDraft } from '../state/message-log.ts';

/** Who posts, and from where (a digest). */
export interface Actor extends Identity {
  address: string;
}

/** Whether somebody may speak at present: `muted` or `locked` (403). */
export function canSpeak(room: Room, { id, role }: Participant): Result<void> {
  if (isAdminOrOperator(role)) return ok(undefined);
  const now = room.clock.now();
  const muted = room.memberStatuses.activeMute(id, now);
  if (muted) return activeSanctionFailure('muted', muted, now);
  const isLocked = room.chatSettings.get().locked && !isModerator(role);
  return isLocked ? fail('locked') : ok(undefined);
}

/** Whether somebody may post another message: as `maySpeak`, and `slow_mode` (429). */
function canPost(room: Room, author: Participant): Result<void> {
  const allowed = canSpeak(room, author);
  const { slowSeconds } = room.chatSettings.get();
  if (!allowed.ok || slowSeconds === 0 || isModerator(author.role)) return allowed;
  const latest = room.messageLog.latestBy(author.id);
  const sinceLast = latest ? Math.floor((room.clock.now() - latest.createdAt) / 1_000) : slowSeconds;
  // A clock that was put back keeps nobody out for longer than the rule says.
  const wait = Math.min(slowSeconds, slowSeconds - sinceLast);
  return wait > 0 ? fail('slow_mode', { retryAfter: wait }) : allowed;
}

/** Who is mentioned in a text, of those who are here or have lately written. */
export function mentionsIn(room: Room, text: string): Mention[] {
  if (!/[@＠]/u.test(text)) return [];
  return findMentions(text, [...room.participants.list(), ...room.messageLog.history.recentAuthors()]);
}

/**
 * Appends a draft and broadcasts the message, unless it was here already.
 * @returns `token_required` (401) for a viewer, `too_fast` (429), what moderators forbid, `client_id_reused`
 *   (409) for a known `clientId` with another text, or `message_not_found` (404) for a reply to no message
 */
export function postMessage(room: Room, details: Details, actor: Actor, draft: Draft): Result<AppendResult> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  const sent = room.messageLog.findSent(author.value.id, draft.clientId);
  const action = sent ? 'repeat' : 'send';
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, action, room.clock.now());
  if (!admitted.ok) return admitted;
  if (sent) {
    if (!isSameDraft(sent, draft, details.salt)) return fail('client_id_reused');
    return ok({ message: sent.message, duplicate: true });
  }
  const allowed = canPost(room, author.value);
  if (!allowed.ok) return allowed;
  if (draft.replyTo !== undefined && !room.messageLog.has(draft.replyTo)) return fail('message_not_found');
  const mentions = mentionsIn(room, draft.text);
  const message = room.transaction(() => {
    const appended = room.messageLog.append(author.value, { ...draft, mentions }, details.salt, room.clock.now());
    room.outbox.markDirty(details.link, 'soon', ['directory']);
    room.outbox.markDirty(details.link, 'later', ['kv']);
    return appended;
  });
  room.connections.broadcast({ type: 'message', ...message });
  return ok({ message, duplicate: false });
}
