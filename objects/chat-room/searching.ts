/** Looking for messages, at a pace: a search costs more than a page. */
import { done, type Outcome } from '../../shared/failures.ts';
import type { FoundPage } from '../../shared/message.ts';
import type { Poster } from './posting.ts';
import { seenBy } from './reading.ts';
import type { Room } from './room.ts';
import type { SearchRequest } from './search.ts';

/** A page of what is found, as whoever asks sees it: `too_fast` (429) by person, or by address for who shows no token. */
export function search(room: Room, poster: Poster, request: SearchRequest): Outcome<FoundPage> {
  const { participant, address } = poster;
  const admitted = room.pacing.admit({ ...poster, key: participant?.id ?? address }, 'search', room.clock.now());
  if (!admitted.ok) return admitted;
  room.change(() => room.log.search.catchUp());
  const { found, ...rest } = room.log.search.page(request);
  const messages = found.map(({ message, matches }) => ({ ...message, matches }));
  return done({ messages: seenBy(room, participant, messages), ...rest });
}
