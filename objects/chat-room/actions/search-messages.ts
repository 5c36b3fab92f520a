/** Looking for messages, at a pace: a search costs more than a page. */
import { ok, type Result } from '../../../shared/failures.ts';
import type { SearchResults } from '../../../shared/message.ts';
import type { Room } from '../room.ts';
import type { SearchRequest } from '../state/search-index.ts';
import type { Actor } from './post-message.ts';
import { viewFor } from './view-messages.ts';

/** A page of what is found, as whoever asks sees it: `too_fast` (429) by person, or by address for who shows no token. */
export function searchMessages(room: Room, actor: Actor, request: SearchRequest): Result<SearchResults> {
  const { participant, address } = actor;
  const admitted = room.rateLimiter.admit({ ...actor, key: participant?.id ?? address }, 'search', room.clock.now());
  if (!admitted.ok) return admitted;
  room.transaction(() => room.messageLog.searchIndex.backfill());
  const { hits, ...rest } = room.messageLog.searchIndex.page(request);
  const messages = hits.map(({ message, matches }) => ({ ...message, matches }));
  return ok({ messages: viewFor(room, participant, messages), ...rest });
}
