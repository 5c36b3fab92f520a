/**
 * Posting, by frame and by REST: the only function that adds messages to the log, except an import, and broadcasts
 * them.
 */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { findMentions } from '../../../shared/mentions.ts';
import type { Mention } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { Actor } from '../access/actor.ts';
import { activeSanctionFailure, isAdminOrOperator, isModerator, requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { type AppendResult, type Draft, isSameDraft } from '../state/message-log.ts';

/**
 * Stores a message and broadcasts it. A draft that was posted before, under the same `clientId`, returns that message.
 * @returns `token_required` (401) for a viewer, `too_fast` (429), `client_id_reused` (409) for the `clientId` of
 *   another text, the failures of `canPost`, `message_not_found` (404) for a reply to a message that does not exist
 */
export function postMessage(room: Room, details: Details, actor: Actor, draft: Draft): Result<AppendResult> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  const now = room.clock.now();
  const sent = room.messageLog.findSent(author.value.id, draft.clientId);
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, sent ? 'repeat' : 'send', now);
  if (!admitted.ok) return admitted;
  if (sent) {
    const isSame = isSameDraft(sent, draft, details.salt);
    return isSame ? ok({ message: sent.message, duplicate: true }) : fail('client_id_reused');
  }
  const allowed = canPost(room, author.value);
  if (!allowed.ok) return allowed;
  if (draft.replyTo !== undefined && !room.messageLog.has(draft.replyTo)) return fail('message_not_found');
  const mentions = mentionsIn(room, draft.text);
  const message = room.transaction(() => {
    const appended = room.messageLog.append(author.value, { ...draft, mentions }, details.salt, now);
    room.outbox.markDirty(details.link, 'soon', ['directory']);
    room.outbox.markDirty(details.link, 'later', ['kv']);
    return appended;
  });
  room.connections.broadcast({ type: 'message', ...message });
  return ok({ message, duplicate: false });
}

/** Whether a participant may post, edit, react or show a typing indicator now: `muted` or `locked` (403). */
export function canSpeak(room: Room, { id, role }: Participant): Result<void> {
  if (isAdminOrOperator(role)) return ok(undefined);
  const now = room.clock.now();
  const muted = room.memberStatuses.activeMute(id, now);
  if (muted) return activeSanctionFailure('muted', muted, now);
  return room.chatSettings.get().locked && !isModerator(role) ? fail('locked') : ok(undefined);
}

/** Whether a participant may post another message now: as `canSpeak`, and `slow_mode` (429). */
function canPost(room: Room, author: Participant): Result<void> {
  const allowed = canSpeak(room, author);
  const { slowSeconds } = room.chatSettings.get();
  if (!allowed.ok || slowSeconds === 0 || isModerator(author.role)) return allowed;
  const latest = room.messageLog.latestBy(author.id);
  const sinceLatest = latest ? Math.floor((room.clock.now() - latest.createdAt) / 1_000) : slowSeconds;
  // Bounded above as well: if the clock was set back, the wait is no longer than the interval.
  const wait = Math.min(slowSeconds, slowSeconds - sinceLatest);
  return wait > 0 ? fail('slow_mode', { retryAfter: wait }) : allowed;
}

/** The mentions in a text of participants who are present or posted recently. */
export function mentionsIn(room: Room, text: string): Mention[] {
  if (!/[@＠]/u.test(text)) return [];
  return findMentions(text, [...room.participants.list(), ...room.messageLog.history.recentAuthors()]);
}
