/** Moving a room here, for the operator: lines are checked as they come, and go to the room some at a time. */
import * as v from 'valibot';
import { type ArchivedMessage, type ArchiveLine, readLine } from '../shared/archive.ts';
import { decode } from '../shared/decode.ts';
import { done, fail, type Outcome } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';
import type { RoomView } from '../shared/room.ts';
import { Link } from '../shared/text.ts';
import { refuse, succeed } from './answers.ts';
import { guardingBearer } from './guesses.ts';
import type { CallContext } from './handlers.ts';
import { bearerOf } from './intake.ts';
import { atLine, drain, linesOf, type NumberedLine } from './lines.ts';

const privately = { 'Cache-Control': 'private, no-store' };

/** The rooms as an import reaches them. */
type RoomStub = ReturnType<Env['CHAT_ROOM']['getByName']>;

/** Who may import, and where to: shape (400), then credential (401); the room's object says whether it is right (403). */
function approach(request: Request, link: string, { env }: CallContext): Outcome<{ token: string; room: RoomStub }> {
  const at = decode(v.object({ link: Link }), { link });
  if (!at.ok) return at;
  const token = bearerOf(request);
  return token === undefined ? fail('no_credential') : done({ token, room: env.CHAT_ROOM.getByName(link) });
}

/** One import on its way to its room. */
class Delivery {
  readonly #room: RoomStub;
  readonly #token: string;
  readonly #link: string;
  #key: string | undefined;
  #lastId = 0;
  /** The highest id that came. */
  #cameTo = 0;
  #waiting: { line: number; message: ArchivedMessage }[] = [];
  #length = 0;

  constructor(room: RoomStub, token: string, link: string) {
    this.#room = room;
    this.#token = token;
    this.#link = link;
  }

  /**
   * Takes a line.
   * @returns the room, once the last was taken
   */
  async take({ number, text }: NumberedLine): Promise<Outcome<RoomView | undefined>> {
    const read = readLine(text);
    const line = read.ok ? this.#inOrder(read.value) : read;
    if (!line.ok) return fail('invalid', { text: atLine(number, line.failure.text) });
    switch (line.value.type) {
      case 'room':
        return this.#progress(await this.#room.import(this.#token, { act: 'begin', room: line.value }));
      case 'message':
        return this.#collect(number, line.value, text.length);
      case 'end': {
        const stored = await this.flush();
        return stored.ok ? this.#room.finishImport(this.#token, this.#link, this.#key ?? '', line.value) : stored;
      }
    }
  }

  /** Sends what was collected. */
  async flush(): Promise<Outcome<undefined>> {
    if (this.#key === undefined || this.#waiting.length === 0) return done(undefined);
    const [key, messages] = [this.#key, this.#waiting];
    this.#waiting = [];
    this.#length = 0;
    return this.#progress(await this.#room.import(this.#token, { act: 'store', key, messages }));
  }

  /** What an import that broke off is answered with. */
  incomplete(): Outcome<never> {
    const text = `Import incomplete: Stored up to message ${this.#lastId}; send the same file again to continue`;
    return fail('import_incomplete', { text });
  }

  /** The room comes first, and messages by id. */
  #inOrder(line: ArchiveLine): Outcome<ArchiveLine> {
    if ((line.type === 'room') === (this.#key !== undefined)) {
      return fail('invalid', { text: 'Invalid fields: type must be "room" on the first line, and on no other' });
    }
    if (line.type !== 'message') return done(line);
    if (line.id <= this.#cameTo) {
      return fail('invalid', { text: 'Invalid fields: id must be greater than the previous id' });
    }
    this.#cameTo = line.id;
    return done(line);
  }

  async #collect(line: number, message: ArchivedMessage, length: number): Promise<Outcome<undefined>> {
    if (message.id <= this.#lastId) return done(undefined);
    this.#waiting.push({ line, message });
    this.#length += length;
    const isFull = this.#waiting.length >= limits.archiveBatch || this.#length >= limits.archiveBatchLength;
    return isFull ? this.flush() : done(undefined);
  }

  #progress(progress: Outcome<{ key: string; lastId: number }>): Outcome<undefined> {
    if (!progress.ok) return progress;
    this.#key = progress.value.key;
    this.#lastId = progress.value.lastId;
    return done(undefined);
  }
}

/** Takes the lines until the room is there, or one is refused. What comes after the last is not looked at. */
async function deliver(
  delivery: Delivery,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Outcome<RoomView>> {
  for await (const line of linesOf(reader)) {
    const taken = line.ok ? await delivery.take(line.value) : line;
    if (!taken.ok) return taken;
    if (taken.value) return done(taken.value);
  }
  const stored = await delivery.flush();
  return stored.ok ? delivery.incomplete() : stored;
}

/** Imports a room from lines as an export writes them, or goes on with an import that broke off. */
export async function importRoom(request: Request, link: string, context: CallContext): Promise<Response> {
  const reader = (request.body ?? new Blob([]).stream()).getReader();
  const near = approach(request, link, context);
  const imported = near.ok
    ? await guardingBearer(near.value.token, context, () =>
        deliver(new Delivery(near.value.room, near.value.token, link), reader),
      )
    : near;
  await drain(reader);
  return imported.ok ? succeed(201, imported.value, privately) : refuse(imported.failure);
}

/** Gives up an import that broke off: the link is free again. */
export async function giveUpImport(request: Request, link: string, context: CallContext): Promise<Response> {
  const near = approach(request, link, context);
  if (!near.ok) return refuse(near.failure);
  const { room, token } = near.value;
  const given = await guardingBearer(token, context, () => room.import(token, { act: 'give up' }));
  return given.ok ? succeed(200, 'Import given up', privately) : refuse(given.failure);
}
