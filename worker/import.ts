/** Import of a room from an export file, for the operator: lines are validated as they arrive and stored in batches. */
import { type ArchivedMessage, type ArchiveLine, parseArchiveLine } from '../shared/archive.ts';
import { fail, ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import type { RoomView } from '../shared/room.ts';
import type { Caller, Handler, RoomStub } from './call-context.ts';
import { lineError, type NumberedLine, readLines } from './ndjson.ts';

/** One import in progress. */
class RoomImport {
  readonly #room: RoomStub;
  readonly #caller: Caller;
  readonly #link: string;
  #importKey: string | undefined;
  #storedUpToId = 0;
  /** Id of the last message line. */
  #lastSeenId = 0;
  #pending: { line: number; message: ArchivedMessage }[] = [];
  #pendingLength = 0;

  constructor(room: RoomStub, caller: Caller, link: string) {
    this.#room = room;
    this.#caller = caller;
    this.#link = link;
  }

  /**
   * Adds a line.
   * @returns the room after the end line, undefined after any other; `invalid` (400) with the number of a bad line
   */
  async addLine({ number, text }: NumberedLine): Promise<Result<RoomView | undefined>> {
    const parsed = parseArchiveLine(text);
    const line = parsed.ok ? this.#checkOrder(parsed.value) : parsed;
    if (!line.ok) return fail('invalid', { text: lineError(number, line.failure.text) });
    switch (line.value.type) {
      case 'room':
        return this.#recordProgress(await this.#room.runImportStep(this.#caller, { type: 'begin', room: line.value }));
      case 'message':
        return this.#addMessage(number, line.value, text.length);
      case 'end': {
        const stored = await this.flush();
        return stored.ok
          ? this.#room.finishImport(this.#caller, this.#link, this.#importKey ?? '', line.value)
          : stored;
      }
    }
  }

  /** Sends the pending messages to the room. */
  async flush(): Promise<Result<undefined>> {
    if (this.#importKey === undefined || this.#pending.length === 0) return ok(undefined);
    const [key, messages] = [this.#importKey, this.#pending];
    this.#pending = [];
    this.#pendingLength = 0;
    return this.#recordProgress(await this.#room.runImportStep(this.#caller, { type: 'store', key, messages }));
  }

  /** The failure of a file that ends without an end line. */
  incompleteFailure(): Result<never> {
    const text = `Import incomplete: Stored up to message ${this.#storedUpToId}; send the same file again to continue`;
    return fail('import_incomplete', { text });
  }

  /** Checks that the room line is the first and that messages have ascending ids. */
  #checkOrder(line: ArchiveLine): Result<ArchiveLine> {
    if ((line.type === 'room') === (this.#importKey !== undefined)) {
      return fail('invalid', { text: 'Invalid fields: type must be "room" on the first line, and on no other' });
    }
    if (line.type !== 'message') return ok(line);
    if (line.id <= this.#lastSeenId) {
      return fail('invalid', { text: 'Invalid fields: id must be greater than the previous id' });
    }
    this.#lastSeenId = line.id;
    return ok(line);
  }

  async #addMessage(line: number, message: ArchivedMessage, length: number): Promise<Result<undefined>> {
    if (message.id <= this.#storedUpToId) return ok(undefined);
    this.#pending.push({ line, message });
    this.#pendingLength += length;
    const isFull =
      this.#pending.length >= limits.archive.batchMessages || this.#pendingLength >= limits.archive.batchLength;
    return isFull ? this.flush() : ok(undefined);
  }

  #recordProgress(progress: Result<{ key: string; lastId: number }>): Result<undefined> {
    if (!progress.ok) return progress;
    this.#importKey = progress.value.key;
    this.#storedUpToId = progress.value.lastId;
    return ok(undefined);
  }
}

/** Adds lines until the room is complete or a line is refused. Lines after the end line are ignored. */
async function importLines(roomImport: RoomImport, body: ReadableStream<Uint8Array>): Promise<Result<RoomView>> {
  for await (const line of readLines(body)) {
    const added = line.ok ? await roomImport.addLine(line.value) : line;
    if (!added.ok) return added;
    if (added.value) return ok(added.value);
  }
  const stored = await roomImport.flush();
  return stored.ok ? roomImport.incompleteFailure() : stored;
}

/** Imports a room from the lines of an export, or continues an interrupted import. */
export const importRoom: Handler<'importRoom'> = async ({ params: { link }, bearer }, { request, room, caller }) => {
  if (bearer === undefined) return fail('no_credential');
  const body = request.body ?? new Blob([]).stream();
  const imported = await importLines(new RoomImport(room, caller, link), body);
  return imported.ok ? ok({ statusCode: 201, content: imported.value }) : imported;
};

/** Cancels an interrupted import, so that the link is free again. */
export const cancelImport: Handler<'cancelImport'> = async ({ bearer }, { room, caller }) => {
  if (bearer === undefined) return fail('no_credential');
  const cancelled = await room.runImportStep(caller, { type: 'cancel' });
  return cancelled.ok ? ok({ statusCode: 200, content: 'Import given up' }) : cancelled;
};
