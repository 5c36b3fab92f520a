/** What one person sees of messages: what everyone does, and which of the reactions are their own. */
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { Message, MessagePage } from '../../../shared/message.ts';
import type { Participant } from '../../../shared/participant.ts';
import type { Room } from '../room.ts';
import type { PageRequest } from '../state/message-log.ts';

/** Marks the reactions that are `reader`'s. Never to be broadcast: it is true of one person only. */
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

/** A page of the log, as its reader sees it: `message_not_found` (404) around a message that is not there. */
export function historyPage(room: Room, reader: Participant | null, request: PageRequest): Result<MessagePage> {
  if (request.around !== undefined && !room.messageLog.has(request.around)) return fail('message_not_found');
  const page = room.messageLog.page(request);
  return ok({ ...page, messages: viewFor(room, reader, page.messages) });
}
