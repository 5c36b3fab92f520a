/** Moving a room here, for the operator: lines are checked as they come, and go to the room some at a time. */
import * as v from 'valibot';
import { type ArchivedMessage, type ArchiveLine, parseArchiveLine } from '../shared/archive.ts';
import { decode } from '../shared/decode.ts';
import { fail, ok, type Result } from '../shared/failures.ts';
import { Link } from '../shared/fields.ts';
import { limits } from '../shared/limits.ts';
import type { RoomView } from '../shared/room.ts';
import { withBearerGuessLimit } from './guess-limit.ts';
import type { CallContext } from './handlers.ts';
import { drain, lineError, type NumberedLine, readLines } from './ndjson.ts';
import { bearerOf } from './read-request.ts';
import { errorResponse, jsonResponse } from './responses.ts';

const privateHeaders = { 'Cache-Control': 'private, no-store' };

/** The rooms as an import reaches them. */
type RoomStub = ReturnType<Env['CHAT_ROOM']['getByName']>;

/** Who may import, and where to: shape (400), then credential (401); the room's object says whether it is right (403). */
function authorizeImport(
  request: Request,
  link: string,
  { env }: CallContext,
): Result<{ token: string; room: RoomStub }> {
  const params = decode(v.object({ link: Link }), { link });
  if (!params.ok) return params;
  const token = bearerOf(request);
  return token === undefined ? fail('no_credential') : ok({ token, room: env.CHAT_ROOM.getByName(link) });
}

/** One import on its way to its room. */
class RoomImport {
  readonly #room: RoomStub;
  readonly #token: string;
  readonly #link: string;
  #importKey: string | undefined;
  #storedUpToId = 0;
  /** The highest id that came. */
  #lastSeenId = 0;
  #pending: { line: number; message: ArchivedMessage }[] = [];
  #pendingLength = 0;

  constructor(room: RoomStub, token: string, link: string) {
    this.#room = room;
    this.#token = token;
    this.#link = link;
  }

  /**
   * Takes a line.
   * @returns the room, once the last was taken
   */
  async addLine({ number, text }: NumberedLine): Promise<Result<RoomView | undefined>> {
    const parsed = parseArchiveLine(text);
    const line = parsed.ok ? this.#checkOrder(parsed.value) : parsed;
    if (!line.ok) return fail('invalid', { text: lineError(number, line.failure.text) });
    switch (line.value.type) {
      case 'room':
        return this.#recordProgress(await this.#room.runImportStep(this.#token, { act: 'begin', room: line.value }));
      case 'message':
        return this.#addMessage(number, line.value, text.length);
      case 'end': {
        const stored = await this.flush();
        return stored.ok ? this.#room.finishImport(this.#token, this.#link, this.#importKey ?? '', line.value) : stored;
      }
    }
  }

  /** Sends what was collected. */
  async flush(): Promise<Result<undefined>> {
    if (this.#importKey === undefined || this.#pending.length === 0) return ok(undefined);
    const [key, messages] = [this.#importKey, this.#pending];
    this.#pending = [];
    this.#pendingLength = 0;
    return this.#recordProgress(await this.#room.runImportStep(this.#token, { act: 'store', key, messages }));
  }

  /** What an import that broke off is answered with. */
  incompleteFailure(): Result<never> {
    const text = `Import incomplete: Stored up to message ${this.#storedUpToId}; send the same file again to continue`;
    return fail('import_incomplete', { text });
  }

  /** The room comes first, and messages by id. */
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
      this.#pending.length >= limits.archiveBatchMessages || this.#pendingLength >= limits.archiveBatchLength;
    return isFull ? this.flush() : ok(undefined);
  }

  #recordProgress(progress: Result<{ key: string; lastId: number }>): Result<undefined> {
    if (!progress.ok) return progress;
    this.#importKey = progress.value.key;
    this.#storedUpToId = progress.value.lastId;
    return ok(undefined);
  }
}

/** Takes the lines until the room is there, or one is refused. What comes after the last is not looked at. */
async function importLines(
  roomImport: RoomImport,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Result<RoomView>> {
  for await (const line of readLines(reader)) {
    const added = line.ok ? await roomImport.addLine(line.value) : line;
    if (!added.ok) return added;
    if (added.value) return ok(added.value);
  }
  const stored = await roomImport.flush();
  return stored.ok ? roomImport.incompleteFailure() : stored;
}

/** Imports a room from lines as an export writes them, or goes on with an import that broke off. */
export async function importRoom(request: Request, link: string, context: CallContext): Promise<Response> {
  const reader = (request.body ?? new Blob([]).stream()).getReader();
  const access = authorizeImport(request, link, context);
  const imported = access.ok
    ? await withBearerGuessLimit(access.value.token, context, () =>
        importLines(new RoomImport(access.value.room, access.value.token, link), reader),
      )
    : access;
  await drain(reader);
  return imported.ok ? jsonResponse(201, imported.value, privateHeaders) : errorResponse(imported.failure);
}

/** Gives up an import that broke off: the link is free again. */
export async function cancelImport(request: Request, link: string, context: CallContext): Promise<Response> {
  const access = authorizeImport(request, link, context);
  if (!access.ok) return errorResponse(access.failure);
  const { room, token } = access.value;
  const cancelled = await withBearerGuessLimit(token, context, () => room.runImportStep(token, { act: 'give up' }));
  return cancelled.ok ? jsonResponse(200, 'Import given up', privateHeaders) : errorResponse(cancelled.failure);
}
