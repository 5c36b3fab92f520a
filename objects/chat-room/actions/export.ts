/**
 * Exporting a room as NDJSON, page by page at the reader's speed, so that a slow reader never blocks the room. The
 * export contains the messages that existed when it began, each in its state when its page is read, without content
 * deleted by then.
 */
import { formatArchiveLine } from '../../../shared/archive.ts';
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { Room } from '../room.ts';
import type { Details } from '../state/details.ts';

/** Yields a batch of lines at a time. Throws if the room is deleted before the last one. */
function* exportLines(room: Room, details: Details): Generator<string, void> {
  const head = room.archive.room(details, room.chatSettings.get(), room.memberStatuses.list(room.clock.now()));
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
 * The room as a stream of lines. The stream ends without its `end` line if the room is deleted meanwhile.
 * @returns `unavailable` (503) during an erasure, because the file would contain data that is about to be erased
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
