/** The Durable Object of a room: a switchboard from calls, sockets and the alarm to what a room can do. */
import { DurableObject } from 'cloudflare:workers';
import type { ArchiveEnd } from '../../shared/archive.ts';
import { noteEvent } from '../../shared/events.ts';
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { Guesses } from '../../shared/guesses.ts';
import type { FoundPage, Message, MessagePage, ReadMark, ReadState } from '../../shared/message.ts';
import type { ModerationAct, ModerationEntry } from '../../shared/moderation.ts';
import type { Participant } from '../../shared/participant.ts';
import { addressHeader } from '../../shared/paths.ts';
import { automaticPing, automaticPong } from '../../shared/ping.ts';
import type { RoomView } from '../../shared/room.ts';
import { isOperator } from '../credentials/digests.ts';
import { readerOf, type ShownTokens } from '../credentials/reader.ts';
import { SignedTokens } from '../credentials/signed-tokens.ts';
import { systemClock } from '../storage/clock.ts';
import { ring } from './alarm.ts';
import { type Attendance, type Attended, attend } from './attendance.ts';
import {
  asAdmin,
  asAdminOf,
  asModerator,
  asPerson,
  asReader,
  type Caller,
  changing,
  inRoom,
  type Visitor,
  withShown,
} from './callers.ts';
import { bury, type Edit, edit, type ReactionChange, react } from './changing.ts';
import type { DetailsChange, NewDetails } from './details.ts';
import { receive } from './dispatch.ts';
import { type Erased, eraseOneself } from './erasing.ts';
import { exportRoom } from './exporting.ts';
import { everyonesMarks, read, readState } from './following.ts';
import { finish, type ImportProgress, type ImportStep, takeStep } from './importing.ts';
import { type InvitationRequest, type Issued, invite } from './invitations.ts';
import { create, remove, report, update } from './lifecycle.ts';
import type { Appended, Draft, PageRequest } from './messages.ts';
import { type Complaint, type ModerationPage, moderate, moderationPage, reportMessage } from './moderation.ts';
import { post } from './posting.ts';
import { readPage, seenBy } from './reading.ts';
import { Room } from './room.ts';
import type { SearchRequest } from './search.ts';
import { search } from './searching.ts';
import { depart, receiveSocket } from './seating.ts';

/** Those who are here with an identity: a page of them, and how many people are here in all. */
interface ParticipantPage {
  participants: Participant[];
  participantCount: number;
  next?: string;
}

export class ChatRoom extends DurableObject<Env> {
  readonly #room: Room;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(automaticPing, automaticPong));
    this.#room = new Room(ctx, {
      kv: env.CHATS,
      operatorToken: env.ADMIN_TOKEN,
      signedTokens: new SignedTokens(env, systemClock),
      guesses: new Guesses({ isOn: env.RATE_LIMITS !== 'off', everywhere: env.GUESSES }),
      roomDays: Number(env.ROOM_DAYS),
      isPaced: env.RATE_LIMITS !== 'off',
      clock: systemClock,
      noteEvent: (event, details) => noteEvent(env.EVENTS, event, details),
      tellDirectory: (update) => env.ROOM_DIRECTORY.getByName('rooms').apply(update),
    });
  }

  /** Makes the room of this link. */
  create(room: NewDetails): Promise<Outcome<RoomView>> {
    return create(this.#room, room);
  }

  /** Reads the room; a token may be its admin's. */
  view(shown: ShownTokens, caller: Caller): Promise<Outcome<RoomView>> {
    const reader = readerOf(shown, this.env.ADMIN_TOKEN);
    return asReader(this.#room, reader, caller, (isAdmin) => this.#room.view(isAdmin));
  }

  /** Changes the room, for its admin. */
  async update(token: string, address: string, change: DetailsChange): Promise<Outcome<RoomView>> {
    const details = asAdmin(this.#room, token, address);
    return details.ok ? update(this.#room, details.value, change) : details;
  }

  /** Removes the room, for its admin. */
  async remove(token: string, address: string): Promise<Outcome<'Chat deleted successfully'>> {
    const details = asAdmin(this.#room, token, address);
    return details.ok ? remove(this.#room, details.value) : details;
  }

  /** Invites somebody to the room, for its admin. */
  invite(token: string, address: string, request: InvitationRequest): Outcome<Issued> {
    const details = asAdmin(this.#room, token, address);
    return details.ok ? invite(details.value, request, systemClock.now()) : details;
  }

  /**
   * Reports to the directory and KV again: the room, or that there is none.
   * @returns whether there is a room
   */
  async report(link: string): Promise<boolean> {
    await report(this.#room, link);
    return this.#room.find() !== undefined;
  }

  /** Joins or leaves by REST. */
  attend(attendance: Attendance): Promise<Outcome<Attended>> {
    return withShown(this.#room, attendance, (details, shown) =>
      attend(this.#room, details, { ...attendance, ...shown }),
    );
  }

  /** The room as lines, for its admin. */
  export(token: string | undefined, address: string): Outcome<ReadableStream<Uint8Array>> {
    const details = asAdminOf(this.#room, token, address);
    return details.ok ? exportRoom(this.#room, details.value) : details;
  }

  /** Takes a step of an import, for the operator. */
  async import(token: string, step: ImportStep): Promise<Outcome<ImportProgress>> {
    return isOperator(token, this.env.ADMIN_TOKEN) ? takeStep(this.#room, step) : fail('not_operator');
  }

  /** Opens the room that was imported, for the operator. */
  async finishImport(token: string, link: string, key: string, end: ArchiveEnd): Promise<Outcome<RoomView>> {
    return isOperator(token, this.env.ADMIN_TOKEN) ? finish(this.#room, link, key, end) : fail('not_operator');
  }

  /** The people here, by id, after the one named by `after`. */
  participants(visitor: Visitor, after: string | undefined, limit: number): Outcome<ParticipantPage> {
    return inRoom(this.#room, visitor, () => {
      const rest = this.#room.participants.list().filter(({ id }) => after === undefined || id > after);
      const participants = rest.slice(0, limit);
      const last = participants.at(-1);
      const participantCount = this.#room.participants.count();
      return done({ participants, participantCount, ...(last && rest.length > limit && { next: last.id }) });
    });
  }

  /** A page of messages, as whoever asks sees them. */
  messages(caller: Caller, request: PageRequest): Promise<Outcome<MessagePage>> {
    return asPerson(this.#room, caller, (_, { participant }) => readPage(this.#room, participant, request));
  }

  /** One message, as whoever asks sees it. */
  message(caller: Caller, id: number): Promise<Outcome<Message>> {
    return asPerson(this.#room, caller, (_, { participant }) => {
      const message = this.#room.log.find(id);
      const [seen] = message ? seenBy(this.#room, participant, [message]) : [];
      return seen ? done(seen) : fail('message_not_found');
    });
  }

  /** A page of the messages that have some text, as whoever asks sees them. */
  search(caller: Caller, request: SearchRequest): Promise<Outcome<FoundPage>> {
    return asPerson(this.#room, caller, (_, poster) => search(this.#room, poster, request));
  }

  /** Posts a message. */
  post(caller: Caller, draft: Draft): Promise<Outcome<Appended>> {
    return asPerson(this.#room, caller, (details, poster) => {
      const posted = post(this.#room, details, poster, draft);
      if (!posted.ok) return posted;
      const [message = posted.value.message] = seenBy(this.#room, poster.participant, [posted.value.message]);
      return done({ ...posted.value, message });
    });
  }

  /** Gives a message another text. */
  edit(caller: Caller, change: Edit): Promise<Outcome<Message>> {
    return changing(this.#room, caller, (_, poster) => edit(this.#room, poster, change));
  }

  /** Leaves a tombstone of a message. */
  bury(caller: Caller, messageId: number): Promise<Outcome<Message>> {
    return changing(this.#room, caller, (_, poster) => bury(this.#room, poster, messageId));
  }

  /** Gives a reaction, or takes it back. */
  react(caller: Caller, reaction: ReactionChange): Promise<Outcome<Message>> {
    return changing(this.#room, caller, (_, poster) => react(this.#room, poster, reaction));
  }

  /** How far whoever asks has read, and others. */
  reading(caller: Caller): Promise<Outcome<ReadState & { marks: ReadMark[] }>> {
    return asPerson(this.#room, caller, (_, { participant }) =>
      participant
        ? done({ ...readState(this.#room, participant.id), marks: everyonesMarks(this.#room) })
        : fail('token_required'),
    );
  }

  /** Notes how far somebody has read. */
  read(caller: Caller, messageId: number): Promise<Outcome<ReadState>> {
    return asPerson(this.#room, caller, (_, poster) => read(this.#room, poster, messageId));
  }

  /** Tells the moderators of a message. */
  reportMessage(caller: Caller, complaint: Complaint): Promise<Outcome<ModerationEntry>> {
    return asPerson(this.#room, caller, (_, poster) => reportMessage(this.#room, poster, complaint));
  }

  /** Does what a moderator asks for. */
  moderate(caller: Caller, act: ModerationAct): Promise<Outcome<ModerationEntry>> {
    return asPerson(this.#room, caller, (details, poster) => moderate(this.#room, details, poster, act));
  }

  /** What was done to keep order, for moderators. */
  moderation(caller: Caller, before: number | undefined, limit: number): Promise<Outcome<ModerationPage>> {
    return asModerator(this.#room, caller, () => done(moderationPage(this.#room, before, limit)));
  }

  /** Erases whoever asks from all that they left here. */
  eraseOneself(caller: Caller): Promise<Outcome<Erased>> {
    return asPerson(this.#room, caller, (_, poster) => eraseOneself(this.#room, poster));
  }

  /** Takes a socket in. A browser cannot read a refused upgrade, so one that is refused is accepted and closed. */
  override fetch(request: Request): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    receiveSocket(this.#room, server, request.headers.get(addressHeader) ?? '');
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
    return receive(this.#room, socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void | Promise<void> {
    return this.#room.turns.take(socket, () => depart(this.#room, socket, code, reason));
  }

  override webSocketError(socket: WebSocket): void | Promise<void> {
    return this.#room.turns.take(socket, () => depart(this.#room, socket, 1011, 'Socket error'));
  }

  override alarm(): Promise<void> {
    return ring(this.#room);
  }
}
