/** Posting: the one way, for frames and for REST, in which a message gets into the log and to everyone. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import { findMentions } from '../../../shared/mentions.ts';
import type { Mention } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import { type Identity, isAdminOrOperator, isModerator, requireParticipant } from '../access/permissions.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';
import { activeSanctionFailure } from '../state/member-status.ts';
import type { AppendResult, Draft } from '../state/message-log.ts';

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
  const isLocked = room.moderationLog.chatSettings().locked && !isModerator(role);
  return isLocked ? fail('locked') : ok(undefined);
}

/** Whether somebody may post another message: as `maySpeak`, and `slow_mode` (429). */
function canPost(room: Room, author: Participant): Result<void> {
  const allowed = canSpeak(room, author);
  const { slowSeconds } = room.moderationLog.chatSettings();
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
  return findMentions(text, [...room.participants.list(), ...room.messageLog.recentAuthors()]);
}

/**
 * Appends a draft and broadcasts the message, unless it was here already.
 * @returns `token_required` (401) for a viewer, what moderators forbid, `too_fast` (429), and what `MessageLog.append` refuses
 */
export function postMessage(room: Room, details: Details, actor: Actor, draft: Draft): Result<AppendResult> {
  const author = requireParticipant(actor);
  if (!author.ok) return author;
  const action = room.messageLog.hasClientId(author.value.id, draft.clientId) ? 'repeat' : 'send';
  const admitted = room.rateLimiter.admit({ ...actor, key: author.value.id }, action, room.clock.now());
  if (!admitted.ok) return admitted;
  const allowed = action === 'send' ? canPost(room, author.value) : ok(undefined);
  if (!allowed.ok) return allowed;
  const appended = room.transaction(() => {
    const mentions = action === 'send' ? mentionsIn(room, draft.text) : [];
    const outcome = room.messageLog.append(author.value, { ...draft, mentions }, details.salt, room.clock.now());
    if (outcome.ok && !outcome.value.duplicate) {
      room.outbox.markDirty(details.link, 'soon', ['directory']);
      room.outbox.markDirty(details.link, 'later', ['kv']);
    }
    return outcome;
  });
  if (appended.ok && !appended.value.duplicate) {
    room.connections.broadcast({ type: 'message', ...appended.value.message });
  }
  return appended;
}
