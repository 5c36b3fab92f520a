/**
 * Importing a room from an archive, in steps, each one transaction. The details are written last: until then the room
 * does not exist for any caller. Repeating a step changes nothing, so an interrupted import can continue.
 */
import type { ArchivedMessage, ArchivedRoom, ArchiveEnd } from '../../../shared/archive.ts';
import { fail, ok, type Result } from '../../../shared/failures.ts';
import type { RoomView } from '../../../shared/room.ts';
import type { Room } from '../room.ts';
import type { PendingImport } from '../state/archive.ts';

/** `key` identifies the import that `begin` started; `line` is the number of a message's line in the file, from 1. */
export type ImportStep =
  | { type: 'begin'; room: ArchivedRoom }
  | { type: 'store'; key: string; messages: { line: number; message: ArchivedMessage }[] }
  | { type: 'cancel' };

export interface ImportProgress {
  key: string;
  /** The highest stored message id. */
  lastId: number;
}

const progressOf = ({ key, last_id }: PendingImport): ImportProgress => ({ key, lastId: last_id });

/** @returns also `import_not_found` (404) for `cancel`, `link_taken` and `other_import` (409), `invalid` (400) */
export async function runImportStep(room: Room, step: ImportStep): Promise<Result<ImportProgress>> {
  switch (step.type) {
    case 'begin':
      return beginImport(room, step.room);
    case 'store':
      return storeMessages(room, step);
    case 'cancel': {
      const cancelled = cancelImport(room);
      if (cancelled.ok) await room.deliverReplicas();
      return cancelled;
    }
  }
}

function beginImport(room: Room, head: ArchivedRoom): Result<ImportProgress> {
  if (room.details()) return fail('link_taken');
  const pending = room.transaction(() => {
    room.createSchema();
    return room.archive.beginImport(head);
  });
  return pending.room === JSON.stringify(head) ? ok(progressOf(pending)) : fail('other_import');
}

/** @returns `link_taken` (409) once the room exists, `other_import` (409) for another key */
function findPendingImport(room: Room, key: string): Result<PendingImport> {
  if (room.details()) return fail('link_taken');
  const pending = room.pendingImport();
  return pending?.key === key ? ok(pending) : fail('other_import');
}

/**
 * Stores the messages that are not stored yet. If one conflicts with a stored message, the ones before it stay stored.
 */
function storeMessages(room: Room, step: Extract<ImportStep, { type: 'store' }>): Result<ImportProgress> {
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
  room.transaction(() => room.clearTables());
  return ok(progressOf(pending));
}

/**
 * Opens the imported room, under a new epoch, so that no client resumes against the room that it was exported from.
 * @returns also `import_incomplete` and `invalid` (400), `link_taken` and `other_import` (409)
 */
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
    room.chatSettings.set({ locked, slowSeconds });
    for (const status of standings) room.memberStatuses.restore(status);
    room.messageLog.initialize({ rev: end.rev, floor, posted });
    room.archive.endImport();
    room.activity.record(room.clock.now());
    room.outbox.markDirty(link, 'now');
  });
  await room.outbox.deliver('directory');
  return room.view(true);
}
