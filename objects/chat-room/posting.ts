/** Posting: the one way, for frames and for REST, in which a message gets into the log and to everyone. */
import type { Outcome } from '../../shared/failures.ts';
import type { Details } from './details.ts';
import type { Appended, Draft } from './messages.ts';
import type { Room } from './room.ts';
import { authorOf, type Identity } from './rules.ts';

/** Who posts, and from where (a digest). */
export interface Poster extends Identity {
  address: string;
}

/**
 * Appends a draft and broadcasts the message, unless it was here already.
 * @returns `token_required` (401) for a viewer, `too_fast` (429), and what `MessageLog.append` refuses
 */
export function post(room: Room, details: Details, poster: Poster, draft: Draft): Outcome<Appended> {
  const author = authorOf(poster);
  if (!author.ok) return author;
  const act = room.log.hasDraft(author.value.id, draft.clientId) ? 'repeat' : 'send';
  const admitted = room.pacing.admit({ ...poster, key: author.value.id }, act, room.clock.now());
  if (!admitted.ok) return admitted;
  const appended = room.change(() => {
    const outcome = room.log.append(author.value, draft, details.salt, room.clock.now());
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
