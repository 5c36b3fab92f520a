/** The Durable Object of a room: a switchboard from calls, sockets and the alarm to what a room can do. */
import { DurableObject } from 'cloudflare:workers';
import type { ArchiveEnd } from '../../shared/archive.ts';
import { recordEvent } from '../../shared/events.ts';
import { fail, ok, type Result } from '../../shared/failures.ts';
import { GuessLimiter } from '../../shared/guess-limiter.ts';
import type { Message, MessagePage, ReadMarker, ReadState, SearchResults } from '../../shared/message.ts';
import type { ModerationAct, ModerationEntry } from '../../shared/moderation.ts';
import type { Participant } from '../../shared/participant.ts';
import { addressHeader } from '../../shared/paths.ts';
import { automaticPing, automaticPong } from '../../shared/ping.ts';
import type { RoomView } from '../../shared/room.ts';
import { isOperator } from '../credentials/digests.ts';
import { Jwt } from '../credentials/jwt.ts';
import { type PresentedTokens, resolveReadCredentials } from '../credentials/read-credentials.ts';
import { systemClock } from '../storage/clock.ts';
import { type InvitationRequest, type IssuedInvitation, issueInvitation } from './access/invitations.ts';
import {
  deleteMessage,
  editMessage,
  type MessageEdit,
  type ReactionChange,
  setReaction,
} from './actions/change-message.ts';
import { acceptConnection, onPeerClosed } from './actions/connect.ts';
import { type EraseProgress, eraseParticipant } from './actions/erase-participant.ts';
import { exportRoom } from './actions/export.ts';
import { finishImport, type ImportProgress, type ImportStep, runImportStep } from './actions/import.ts';
import { joinOrLeave, type LeaseCall, type LeaseResult } from './actions/leases.ts';
import { createRoom, deleteRoom, republish, updateRoom } from './actions/lifecycle.ts';
import { allReadMarkers, markRead, readState } from './actions/mark-read.ts';
import {
  type MessageReport,
  type ModerationPage,
  moderate,
  moderationPage,
  reportMessage,
} from './actions/moderate.ts';
import { postMessage } from './actions/post-message.ts';
import { searchMessages } from './actions/search-messages.ts';
import { historyPage, viewFor } from './actions/view-messages.ts';
import { runDueJobs } from './alarm.ts';
import {
  type AnonymousCaller,
  type Caller,
  checkAccess,
  requireAdmin,
  requireAdminToken,
  withActor,
  withCredentials,
  withMessageChange,
  withModerator,
  withReader,
} from './authorize.ts';
import { receiveFrame } from './frames.ts';
import { Room } from './room.ts';
import type { DetailsChange, NewDetails } from './state/details.ts';
import type { AppendResult, Draft, PageRequest } from './state/message-log.ts';
import type { SearchRequest } from './state/search-index.ts';

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
      jwt: new Jwt(env, systemClock),
      guessLimiter: new GuessLimiter({ isEnabled: env.RATE_LIMITS !== 'off', globalLimit: env.GUESSES }),
      roomDays: Number(env.ROOM_DAYS),
      isRateLimited: env.RATE_LIMITS !== 'off',
      clock: systemClock,
      recordEvent: (event, details) => recordEvent(env.EVENTS, event, details),
      updateDirectory: (update) => env.ROOM_DIRECTORY.getByName('rooms').apply(update),
    });
  }

  /** Makes the room of this link. */
  create(room: NewDetails): Promise<Result<RoomView>> {
    return createRoom(this.#room, room);
  }

  /** Reads the room; a token may be its admin's. */
  view(tokens: PresentedTokens, caller: Caller): Promise<Result<RoomView>> {
    const credentials = resolveReadCredentials(tokens, this.env.ADMIN_TOKEN);
    return withReader(this.#room, credentials, caller, (isAdmin) => this.#room.view(isAdmin));
  }

  /** Changes the room, for its admin. */
  async update(token: string, address: string, change: DetailsChange): Promise<Result<RoomView>> {
    const details = requireAdminToken(this.#room, token, address);
    return details.ok ? updateRoom(this.#room, details.value, change) : details;
  }

  /** Removes the room, for its admin. */
  async remove(token: string, address: string): Promise<Result<'Chat deleted successfully'>> {
    const details = requireAdminToken(this.#room, token, address);
    return details.ok ? deleteRoom(this.#room, details.value) : details;
  }

  /** Invites somebody to the room, for its admin. */
  invite(token: string, address: string, request: InvitationRequest): Result<IssuedInvitation> {
    const details = requireAdminToken(this.#room, token, address);
    return details.ok ? issueInvitation(details.value, request, systemClock.now()) : details;
  }

  /**
   * Reports to the directory and KV again: the room, or that there is none.
   * @returns whether there is a room
   */
  async republish(link: string): Promise<boolean> {
    await republish(this.#room, link);
    return this.#room.details() !== undefined;
  }

  /** Joins or leaves by REST. */
  joinOrLeave(call: LeaseCall): Promise<Result<LeaseResult>> {
    return withCredentials(this.#room, call, (details, credentials) =>
      joinOrLeave(this.#room, details, { ...call, ...credentials }),
    );
  }

  /** The room as lines, for its admin. */
  export(token: string | undefined, address: string): Result<ReadableStream<Uint8Array>> {
    const details = requireAdmin(this.#room, token, address);
    return details.ok ? exportRoom(this.#room, details.value) : details;
  }

  /** Takes a step of an import, for the operator. */
  async runImportStep(token: string, step: ImportStep): Promise<Result<ImportProgress>> {
    return isOperator(token, this.env.ADMIN_TOKEN) ? runImportStep(this.#room, step) : fail('not_operator');
  }

  /** Opens the room that was imported, for the operator. */
  async finishImport(token: string, link: string, key: string, end: ArchiveEnd): Promise<Result<RoomView>> {
    return isOperator(token, this.env.ADMIN_TOKEN) ? finishImport(this.#room, link, key, end) : fail('not_operator');
  }

  /** The people here, by id, after the one named by `after`. */
  participants(caller: AnonymousCaller, after: string | undefined, limit: number): Result<ParticipantPage> {
    return checkAccess(this.#room, caller, () => {
      const following = this.#room.participants.list().filter(({ id }) => after === undefined || id > after);
      const participants = following.slice(0, limit);
      const last = participants.at(-1);
      const participantCount = this.#room.participants.count();
      return ok({ participants, participantCount, ...(last && following.length > limit && { next: last.id }) });
    });
  }

  /** A page of messages, as whoever asks sees them. */
  messages(caller: Caller, request: PageRequest): Promise<Result<MessagePage>> {
    return withActor(this.#room, caller, (_, { participant }) => historyPage(this.#room, participant, request));
  }

  /** One message, as whoever asks sees it. */
  message(caller: Caller, id: number): Promise<Result<Message>> {
    return withActor(this.#room, caller, (_, { participant }) => {
      const message = this.#room.messageLog.find(id);
      const [view] = message ? viewFor(this.#room, participant, [message]) : [];
      return view ? ok(view) : fail('message_not_found');
    });
  }

  /** A page of the messages that have some text, as whoever asks sees them. */
  search(caller: Caller, request: SearchRequest): Promise<Result<SearchResults>> {
    return withActor(this.#room, caller, (_, actor) => searchMessages(this.#room, actor, request));
  }

  /** Posts a message. */
  post(caller: Caller, draft: Draft): Promise<Result<AppendResult>> {
    return withActor(this.#room, caller, (details, actor) => {
      const posted = postMessage(this.#room, details, actor, draft);
      if (!posted.ok) return posted;
      const [message = posted.value.message] = viewFor(this.#room, actor.participant, [posted.value.message]);
      return ok({ ...posted.value, message });
    });
  }

  /** Gives a message another text. */
  edit(caller: Caller, change: MessageEdit): Promise<Result<Message>> {
    return withMessageChange(this.#room, caller, (_, actor) => editMessage(this.#room, actor, change));
  }

  /** Leaves a tombstone of a message. */
  deleteMessage(caller: Caller, messageId: number): Promise<Result<Message>> {
    return withMessageChange(this.#room, caller, (_, actor) => deleteMessage(this.#room, actor, messageId));
  }

  /** Gives a reaction, or takes it back. */
  react(caller: Caller, reaction: ReactionChange): Promise<Result<Message>> {
    return withMessageChange(this.#room, caller, (_, actor) => setReaction(this.#room, actor, reaction));
  }

  /** How far whoever asks has read, and others. */
  readState(caller: Caller): Promise<Result<ReadState & { marks: ReadMarker[] }>> {
    return withActor(this.#room, caller, (_, { participant }) =>
      participant
        ? ok({ ...readState(this.#room, participant.id), marks: allReadMarkers(this.#room) })
        : fail('token_required'),
    );
  }

  /** Notes how far somebody has read. */
  markRead(caller: Caller, messageId: number): Promise<Result<ReadState>> {
    return withActor(this.#room, caller, (_, actor) => markRead(this.#room, actor, messageId));
  }

  /** Tells the moderators of a message. */
  reportMessage(caller: Caller, report: MessageReport): Promise<Result<ModerationEntry>> {
    return withActor(this.#room, caller, (_, actor) => reportMessage(this.#room, actor, report));
  }

  /** Does what a moderator asks for. */
  moderate(caller: Caller, act: ModerationAct): Promise<Result<ModerationEntry>> {
    return withActor(this.#room, caller, (details, actor) => moderate(this.#room, details, actor, act));
  }

  /** What was done to keep order, for moderators. */
  moderationPage(caller: Caller, before: number | undefined, limit: number): Promise<Result<ModerationPage>> {
    return withModerator(this.#room, caller, () => ok(moderationPage(this.#room, before, limit)));
  }

  /** Erases whoever asks from all that they left here. */
  eraseParticipant(caller: Caller): Promise<Result<EraseProgress>> {
    return withActor(this.#room, caller, (_, actor) => eraseParticipant(this.#room, actor));
  }

  /** Takes a socket in. A browser cannot read a refused upgrade, so one that is refused is accepted and closed. */
  override fetch(request: Request): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    acceptConnection(this.#room, server, request.headers.get(addressHeader) ?? '');
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void | Promise<void> {
    return receiveFrame(this.#room, socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void | Promise<void> {
    return this.#room.frameQueue.run(socket, () => onPeerClosed(this.#room, socket, code, reason));
  }

  override webSocketError(socket: WebSocket): void | Promise<void> {
    return this.#room.frameQueue.run(socket, () => onPeerClosed(this.#room, socket, 1011, 'Socket error'));
  }

  override alarm(): Promise<void> {
    return runDueJobs(this.#room);
  }
}
