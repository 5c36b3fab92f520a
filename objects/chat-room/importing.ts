/**
 * Taking a room in that was written down elsewhere, in steps, each a transaction. Its details come last: until then
 * there is no room, whoever asks. A step that is repeated changes nothing, so that an import can go on where it broke.
 */
import type { ArchivedMessage, ArchivedRoom, ArchiveEnd } from '../../shared/archive.ts';
import { done, fail, type Outcome } from '../../shared/failures.ts';
import type { RoomView } from '../../shared/room.ts';
import type { Arriving } from './archive.ts';
import type { Room } from './room.ts';

/** What an import does next. `key` is that of the import as it began; `line` is where something stands, from 1. */
export type ImportStep =
  | { act: 'begin'; room: ArchivedRoom }
  | { act: 'store'; key: string; messages: { line: number; message: ArchivedMessage }[] }
  | { act: 'give up' };

/** How far an import has come. */
export interface ImportProgress {
  key: string;
  /** The highest id that is stored: the next is above it. */
  lastId: number;
}

const progressOf = ({ key, last_id }: Arriving): ImportProgress => ({ key, lastId: last_id });

/** The import of that key: `link_taken` (409) once there is a room, `other_import` (409) where another is under way. */
function resume(room: Room, key: string): Outcome<Arriving> {
  if (room.find()) return fail('link_taken');
  const arriving = room.arriving();
  return arriving?.key === key ? done(arriving) : fail('other_import');
}

function begin(room: Room, head: ArchivedRoom): Outcome<ImportProgress> {
  if (room.find()) return fail('link_taken');
  const arriving = room.change(() => {
    room.prepare();
    return room.archive.begin(head);
  });
  return arriving.room === JSON.stringify(head) ? done(progressOf(arriving)) : fail('other_import');
}

/** Stores what is not stored yet. Of messages that cannot follow each other those before the first such one are kept. */
function store(room: Room, step: Extract<ImportStep, { act: 'store' }>): Outcome<ImportProgress> {
  const found = resume(room, step.key);
  if (!found.ok) return found;
  return room.change(() => {
    const arriving = { ...found.value };
    const wrong = step.messages.find(({ message }) => {
      if (message.id <= arriving.last_id) return false;
      if (!room.archive.restore(message)) return true;
      arriving.messages++;
      arriving.last_id = message.id;
      arriving.rev = Math.max(arriving.rev, message.rev);
      return false;
    });
    room.archive.advance(arriving);
    if (!wrong) return done(progressOf(arriving));
    return fail('invalid', { text: `Line ${wrong.line}: id, rev and clientId must be unique` });
  });
}

function giveUp(room: Room): Outcome<ImportProgress> {
  const arriving = room.arriving();
  if (!arriving) return fail('import_not_found');
  room.change(() => {
    room.log.erase();
    room.reactions.erase();
    room.archive.finish();
  });
  return done(progressOf(arriving));
}

/** Takes a step of an import. */
export async function takeStep(room: Room, step: ImportStep): Promise<Outcome<ImportProgress>> {
  switch (step.act) {
    case 'begin':
      return begin(room, step.room);
    case 'store':
      return store(room, step);
    case 'give up': {
      const given = giveUp(room);
      if (given.ok) await room.settleDebts();
      return given;
    }
  }
}

/** Opens the room once all is there: under a new epoch, so that nobody takes it for the one that it was copied from. */
export async function finish(room: Room, link: string, key: string, end: ArchiveEnd): Promise<Outcome<RoomView>> {
  const found = resume(room, key);
  if (!found.ok) return found;
  const { messages, rev, room: head } = found.value;
  if (messages !== end.messages) {
    return fail('import_incomplete', { text: `Import incomplete: ${messages} of ${end.messages} messages are stored` });
  }
  if (rev > end.rev) return fail('invalid', { text: 'Invalid fields: rev of the end must be the highest' });
  const { type: _, version: __, epoch: ___, rev: ____, ...archived }: ArchivedRoom = JSON.parse(head);
  const { floor, posted, locked, slowSeconds, standings, lock, ...details } = archived;
  room.change(() => {
    room.details.restore({ ...details, lock, link });
    room.moderationLog.setConduct({ locked, slowSeconds });
    for (const standing of standings) room.standings.restore(standing);
    room.log.begin({ rev: end.rev, floor, posted });
    room.archive.finish();
    room.touches.note(room.clock.now());
    room.outbox.mark(link, 'now');
  });
  await room.outbox.settle('directory');
  return room.view(true);
}
