/** Posting: the one way, for frames and for REST, in which a message gets into the log and to everyone. */
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { findMentions } from '../../shared/mentions.ts';
import type { Mention } from '../../shared/message.ts';
import type { Participant } from '../../shared/participant.ts';
import type { Details } from './details.ts';
import type { Appended, Draft } from './messages.ts';
import type { Room } from './room.ts';
import { authorOf, type Identity, isModerator, isStaff } from './rules.ts';
import { refuseOver } from './standings.ts';

/** Who posts, and from where (a digest). */
export interface Poster extends Identity {
  address: string;
}

/** Whether somebody may speak at present: `muted` or `locked` (403). */
export function maySpeak(room: Room, { id, role }: Participant): Outcome<void> {
  if (isStaff(role)) return done(undefined);
  const now = room.clock.now();
  const muted = room.standings.muted(id, now);
  if (muted) return refuseOver('muted', muted, now);
  const isLocked = room.moderationLog.conduct().locked && !isModerator(role);
  return isLocked ? fail('locked') : done(undefined);
}

/** Whether somebody may post another message: as `maySpeak`, and `slow_mode` (429). */
function mayPost(room: Room, author: Participant): Outcome<void> {
  const allowed = maySpeak(room, author);
  const { slowSeconds } = room.moderationLog.conduct();
  if (!allowed.ok || slowSeconds === 0 || isModerator(author.role)) return allowed;
  const last = room.log.lastOf(author.id);
  const sinceLast = last ? Math.floor((room.clock.now() - last.createdAt) / 1_000) : slowSeconds;
  // A clock that was put back keeps nobody out for longer than the rule says.
  const wait = Math.min(slowSeconds, slowSeconds - sinceLast);
  return wait > 0 ? fail('slow_mode', { retryAfter: wait }) : allowed;
}

/** Who is mentioned in a text, of those who are here or have lately written. */
export function mentionsIn(room: Room, text: string): Mention[] {
  if (!/[@＠]/u.test(text)) return [];
  return findMentions(text, [...room.participants.list(), ...room.log.recentAuthors()]);
}

/**
 * Appends a draft and broadcasts the message, unless it was here already.
 * @returns `token_required` (401) for a viewer, what moderators forbid, `too_fast` (429), and what `MessageLog.append` refuses
 */
export function post(room: Room, details: Details, poster: Poster, draft: Draft): Outcome<Appended> {
  const author = authorOf(poster);
  if (!author.ok) return author;
  const act = room.log.hasDraft(author.value.id, draft.clientId) ? 'repeat' : 'send';
  const admitted = room.pacing.admit({ ...poster, key: author.value.id }, act, room.clock.now());
  if (!admitted.ok) return admitted;
  const allowed = act === 'send' ? mayPost(room, author.value) : done(undefined);
  if (!allowed.ok) return allowed;
  const appended = room.change(() => {
    const mentions = act === 'send' ? mentionsIn(room, draft.text) : [];
    const outcome = room.log.append(author.value, { ...draft, mentions }, details.salt, room.clock.now());
    if (outcome.ok && !outcome.value.duplicate) {
      room.outbox.mark(details.link, 'soon', ['directory']);
      room.outbox.mark(details.link, 'later', ['kv']);
    }
    return outcome;
  });
  if (appended.ok && !appended.value.duplicate) {
    room.sessions.broadcast({ type: 'message', ...appended.value.message });
  }
  return appended;
}
