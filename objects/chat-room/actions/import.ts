/**
 * Taking a room in that was written down elsewhere, in steps, each a transaction. Its details come last: until then
 * there is no room, whoever asks. A step that is repeated changes nothing, so that an import can go on where it broke.
 */
import type { ArchivedMessage, ArchivedRoom, ArchiveEnd } from '../../../shared/archive.ts';
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { RoomView } from '../../../shared/room.ts';
import type { Room } from '../room.ts';
import type { PendingImport } from '../state/archive.ts';

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

const progressOf = ({ key, last_id }: PendingImport): ImportProgress => ({ key, lastId: last_id });

/** The import of that key: `link_taken` (409) once there is a room, `other_import` (409) where another is under way. */
function findPendingImport(room: Room, key: string): Result<PendingImport> {
  if (room.details()) return fail('link_taken');
  const pending = room.pendingImport();
  return pending?.key === key ? ok(pending) : fail('other_import');
}

function beginImport(room: Room, head: ArchivedRoom): Result<ImportProgress> {
  if (room.details()) return fail('link_taken');
  const pending = room.transaction(() => {
    room.createSchema();
    return room.archive.beginImport(head);
  });
  return pending.room === JSON.stringify(head) ? ok(progressOf(pending)) : fail('other_import');
}

/** Stores what is not stored yet. Of messages that cannot follow each other those before the first such one are kept. */
function storeMessages(room: Room, step: Extract<ImportStep, { act: 'store' }>): Result<ImportProgress> {
  const found = findPendingImport(room, step.key);
  if (!found.ok) return found;
  return room.transaction(() => {
    const progress = { ...found.value };
    const conflict = step.messages.find(({ message }) => {
      if (message.id <= progress.last_id) return false;
      if (!room.archive.restore(message)) return true;
      progress.messages++;
      progress.last_id = message.id;
      progress.rev = Math.max(progress.rev, message.rev);
      return false;
    });
    room.archive.saveImportProgress(progress);
    if (!conflict) return ok(progressOf(progress));
    return fail('invalid', { text: `Line ${conflict.line}: id, rev and clientId must be unique` });
  });
}

function cancelImport(room: Room): Result<ImportProgress> {
  const pending = room.pendingImport();
  if (!pending) return fail('import_not_found');
  room.transaction(() => {
    room.messageLog.clear();
    room.reactions.clear();
    room.archive.endImport();
  });
  return ok(progressOf(pending));
}

/** Takes a step of an import. */
export async function runImportStep(room: Room, step: ImportStep): Promise<Result<ImportProgress>> {
  switch (step.act) {
    case 'begin':
      return beginImport(room, step.room);
    case 'store':
      return storeMessages(room, step);
    case 'give up': {
      const cancelled = cancelImport(room);
      if (cancelled.ok) await room.deliverReplicas();
      return cancelled;
    }
  }
}

/** Opens the room once all is there: under a new epoch, so that nobody takes it for the one that it was copied from. */
export async function finishImport(room: Room, link: string, key: string, end: ArchiveEnd): Promise<Result<RoomView>> {
  const found = findPendingImport(room, key);
  if (!found.ok) return found;
  const { messages, rev, room: head } = found.value;
  if (messages !== end.messages) {
    return fail('import_incomplete', { text: `Import incomplete: ${messages} of ${end.messages} messages are stored` });
  }
  if (rev > end.rev) return fail('invalid', { text: 'Invalid fields: rev of the end must be the highest' });
  const { type: _, version: __, epoch: ___, rev: ____, ...archived }: ArchivedRoom = JSON.parse(head);
  const { floor, posted, locked, slowSeconds, standings, lock, ...details } = archived;
  room.transaction(() => {
    room.detailsTable.restore({ ...details, joinKeyDigest: lock, link });
    room.moderationLog.setChatSettings({ locked, slowSeconds });
    for (const status of standings) room.memberStatuses.restore(status);
    room.messageLog.initialize({ rev: end.rev, floor, posted });
    room.archive.endImport();
    room.activity.record(room.clock.now());
    room.outbox.markDirty(link, 'now');
  });
  await room.outbox.deliver('directory');
  return room.view(true);
}
