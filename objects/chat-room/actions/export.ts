/**
 * Writing a room down, page by page as fast as it is read. The messages are those there were when it began, each as it
 * is when its page is read: nothing that was deleted by then is told, and the room does not wait for a slow reader.
 */
import { formatArchiveLine } from '../../../shared/archive.ts';
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';

/** The lines, some at a time. Throws where the room is gone before the last. */
function* exportLines(room: Room, details: Details): Generator<string, void> {
  const head = room.archive.room(
    details,
    room.moderationLog.chatSettings(),
    room.memberStatuses.list(room.clock.now()),
  );
  yield formatArchiveLine(head);
  let { rev } = head;
  let count = 0;
  for (let after = 0; ; ) {
    if (!room.details() || room.messageLog.position().epoch !== head.epoch) throw new Error('the room is gone');
    const messages = room.archive.messages(after, head.rev);
    const last = messages.at(-1);
    if (!last) break;
    after = last.id;
    count += messages.length;
    rev = Math.max(rev, ...messages.map((message) => message.rev));
    yield messages.map(formatArchiveLine).join('');
  }
  yield formatArchiveLine({ type: 'end', messages: count, rev });
}

/**
 * The room as a stream of lines. It breaks, without the last one, where the room is deleted meanwhile.
 * @returns `unavailable` (503) while somebody is being erased, of whom the file would keep the rest
 */
export function exportRoom(room: Room, details: Details): Result<ReadableStream<Uint8Array>> {
  if (room.erasureQueue.peek(1).length > 0) {
    return fail('unavailable', { text: 'Service unavailable: An erasure is in progress', retryAfter: 1 });
  }
  const lines = exportLines(room, details);
  const encoder = new TextEncoder();
  return ok(
    new ReadableStream({
      type: 'bytes',
      pull(controller) {
        const { value } = lines.next();
        if (value === undefined) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
    }),
  );
}
