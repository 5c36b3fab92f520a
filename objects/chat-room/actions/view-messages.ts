/** Messages as one participant sees them: the same for all, plus `mine` on their own reactions. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { Message, MessagePage, SearchResults } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { Actor } from '../access/actor.ts';
import type { Room } from '../room.ts';
import type { PageRequest } from '../state/message-history.ts';
import type { SearchRequest } from '../state/search-index.ts';

/** Marks the reader's own reactions with `mine`. Never broadcast the result: it is true for one reader only. */
export function viewFor<M extends Message>(room: Room, reader: Participant | null, messages: M[]): M[] {
  const ids = messages.filter(({ reactions }) => reactions.length > 0).map(({ id }) => id);
  if (!reader || ids.length === 0) return messages;
  const own = room.reactions.emojisBy(reader.id, Math.min(...ids), Math.max(...ids));
  return messages.map((message) => {
    const emojis = own.get(message.id);
    if (!emojis) return message;
    const reactions = message.reactions.map((one) => (emojis.has(one.emoji) ? { ...one, mine: true } : one));
    return { ...message, reactions };
  });
}

export function viewOf<M extends Message>(room: Room, reader: Participant | null, message: M): M {
  const [view = message] = viewFor(room, reader, [message]);
  return view;
}

/** @returns `message_not_found` (404) */
export function getMessage(room: Room, reader: Participant | null, id: number): Result<Message> {
  const message = room.messageLog.find(id);
  return message ? ok(viewOf(room, reader, message)) : fail('message_not_found');
}

/** @returns `message_not_found` (404) for a page around a message that does not exist */
export function historyPage(room: Room, reader: Participant | null, request: PageRequest): Result<MessagePage> {
  if (request.around !== undefined && !room.messageLog.has(request.around)) return fail('message_not_found');
  const messages = viewFor(room, reader, room.messageLog.history.page(request));
  return ok({ messages, ...room.messageLog.position() });
}

/** @returns `too_fast` (429), counted by participant, or by address for a viewer */
export function searchMessages(room: Room, actor: Actor, request: SearchRequest): Result<SearchResults> {
  const { participant, address } = actor;
  const admitted = room.rateLimiter.admit({ ...actor, key: participant?.id ?? address }, 'search', room.clock.now());
  if (!admitted.ok) return admitted;
  room.transaction(() => room.messageLog.searchIndex.backfill());
  const { hits, ...rest } = room.messageLog.searchIndex.page(request);
  const messages = hits.map(({ message, matches }) => ({ ...message, matches }));
  return ok({ messages: viewFor(room, participant, messages), ...rest });
}
