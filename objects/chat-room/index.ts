/** The Durable Object of one room: RPC methods, socket callbacks and the alarm, each delegated to its handler. */
import { DurableObject } from 'cloudflare:workers';
import type { ArchiveEnd } from '../../shared/archive.ts';
import { recordEvent } from '../../shared/events.ts';
import { fail, ok, type Result } from '../../shared/failures.ts';
import { GuessLimiter } from '../../shared/guess-limiter.ts';
import type { Message, MessagePage, ReadMarker, ReadState, SearchResults } from '../../shared/message.ts';
import type { ModerationAct, ModerationEntry } from '../../shared/moderation.ts';
import { addressHeader } from '../../shared/paths.ts';
import { automaticPing, automaticPong } from '../../shared/ping.ts';
import type { RoomView } from '../../shared/room.ts';
import { isOperator } from '../credentials/digests.ts';
import { Jwt } from '../credentials/jwt.ts';
import { systemClock } from '../storage/clock.ts';
import type { AdminCaller, Caller, OperatorCaller, ReadCaller } from './access/actor.ts';
import { type InvitationRequest, type IssuedInvitation, issueInvitation } from './access/invitations.ts';
import {
  deleteMessage,
  editMessage,
  type MessageEdit,
  type ReactionChange,
  setReaction,
} from './actions/change-message.ts';
import { acceptConnection } from './actions/connect.ts';
import { disconnect, onPeerClosed } from './actions/disconnect.ts';
import { type EraseProgress, eraseParticipant } from './actions/erase-participant.ts';
import { exportRoom } from './actions/export.ts';
import { finishImport, type ImportProgress, type ImportStep, runImportStep } from './actions/import.ts';
import { joinOrLeave, type LeaseRequest, type LeaseResult } from './actions/leases.ts';
import { createRoom, deleteRoom, republish, updateRoom } from './actions/lifecycle.ts';
import { listParticipants, type ParticipantPage } from './actions/list-participants.ts';
import { markRead, readMarkersFor } from './actions/mark-read.ts';
import { type ModerationPage, moderate, moderationPage } from './actions/moderate.ts';
import { postMessage } from './actions/post-message.ts';
import { type MessageReport, reportMessage } from './actions/report-message.ts';
import { getMessage, historyPage, searchMessages, viewOf } from './actions/view-messages.ts';
import { jobsOf } from './alarm.ts';
import { checkAccess, requireAdmin, withActor, withMessageChange, withModerator, withReader } from './authorize.ts';
import { receiveFrame } from './frames.ts';
import { Room, type RoomDependencies } from './room.ts';
import type { DetailsChange, NewDetails } from './state/details.ts';
import type { PageRequest } from './state/message-history.ts';
import type { AppendResult, Draft } from './state/message-log.ts';
import type { SearchRequest } from './state/search-index.ts';

export class ChatRoom extends DurableObject<Env> {
  readonly #room: Room;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(automaticPing, automaticPong));
    const dependencies: RoomDependencies = {
      kv: env.CHATS,
      operatorToken: env.ADMIN_TOKEN,
      jwt: new Jwt(env, systemClock),
      guessLimiter: new GuessLimiter({ isEnabled: env.RATE_LIMITS !== 'off', globalLimit: env.GUESSES }),
      roomDays: Number(env.ROOM_DAYS),
      isRateLimited: env.RATE_LIMITS !== 'off',
      clock: systemClock,
      recordEvent: (event, details) => recordEvent(env.EVENTS, event, details),
      updateDirectory: (update) => env.ROOM_DIRECTORY.getByName('rooms').apply(update),
    };
    this.#room = new Room(ctx, dependencies, { jobsOf, disconnect });
  }

  create(details: NewDetails): Promise<Result<RoomView>> {
    return createRoom(this.#room, details);
  }

  view(caller: ReadCaller): Promise<Result<RoomView>> {
    return withReader(this.#room, caller, (isAdmin) => this.#room.view(isAdmin));
  }

  async update(caller: AdminCaller, change: DetailsChange): Promise<Result<RoomView>> {
    const details = requireAdmin(this.#room, caller);
    return details.ok ? updateRoom(this.#room, details.value, change) : details;
  }

  async remove(caller: AdminCaller): Promise<Result<'Chat deleted successfully'>> {
    const details = requireAdmin(this.#room, caller);
    return details.ok ? deleteRoom(this.#room, details.value) : details;
  }

  invite(caller: AdminCaller, request: InvitationRequest): Result<IssuedInvitation> {
    const details = requireAdmin(this.#room, caller);
    return details.ok ? issueInvitation(details.value, request, systemClock.now()) : details;
  }

  /** The room as NDJSON. */
  export(caller: AdminCaller): Result<ReadableStream<Uint8Array>> {
    const details = requireAdmin(this.#room, caller);
    return details.ok ? exportRoom(this.#room, details.value) : details;
  }

  /** Called by the directory when it is rebuilt. @returns whether the room exists */
  republish(link: string): Promise<boolean> {
    return republish(this.#room, link);
  }

  /** @returns also `not_operator` (403) */
  async runImportStep({ token }: OperatorCaller, step: ImportStep): Promise<Result<ImportProgress>> {
    return isOperator(token, this.env.ADMIN_TOKEN) ? runImportStep(this.#room, step) : fail('not_operator');
  }

  /** @returns also `not_operator` (403) */
  async finishImport({ token }: OperatorCaller, link: string, key: string, end: ArchiveEnd): Promise<Result<RoomView>> {
    return isOperator(token, this.env.ADMIN_TOKEN) ? finishImport(this.#room, link, key, end) : fail('not_operator');
  }

  joinOrLeave(caller: Caller, request: Omit<LeaseRequest, 'name'>): Promise<Result<LeaseResult>> {
    const named = { ...request, name: caller.name };
    return withActor(this.#room, caller, (details, actor) => joinOrLeave(this.#room, details, actor, named));
  }

  participants(caller: Caller, after: string | undefined, limit: number): Result<ParticipantPage> {
    const details = checkAccess(this.#room, caller);
    return details.ok ? ok(listParticipants(this.#room, after, limit)) : details;
  }

  messages(caller: Caller, request: PageRequest): Promise<Result<MessagePage>> {
    return withActor(this.#room, caller, (_, { participant }) => historyPage(this.#room, participant, request));
  }

  message(caller: Caller, id: number): Promise<Result<Message>> {
    return withActor(this.#room, caller, (_, { participant }) => getMessage(this.#room, participant, id));
  }

  search(caller: Caller, request: SearchRequest): Promise<Result<SearchResults>> {
    return withActor(this.#room, caller, (_, actor) => searchMessages(this.#room, actor, request));
  }

  post(caller: Caller, draft: Draft): Promise<Result<AppendResult>> {
    return withActor(this.#room, caller, (details, actor) => {
      const posted = postMessage(this.#room, details, actor, draft);
      if (!posted.ok) return posted;
      return ok({ ...posted.value, message: viewOf(this.#room, actor.participant, posted.value.message) });
    });
  }

  edit(caller: Caller, edit: MessageEdit): Promise<Result<Message>> {
    return withMessageChange(this.#room, caller, (_, actor) => editMessage(this.#room, actor, edit));
  }

  deleteMessage(caller: Caller, messageId: number): Promise<Result<Message>> {
    return withMessageChange(this.#room, caller, (_, actor) => deleteMessage(this.#room, actor, messageId));
  }

  react(caller: Caller, reaction: ReactionChange): Promise<Result<Message>> {
    return withMessageChange(this.#room, caller, (_, actor) => setReaction(this.#room, actor, reaction));
  }

  readState(caller: Caller): Promise<Result<ReadState & { marks: ReadMarker[] }>> {
    return withActor(this.#room, caller, (_, actor) => readMarkersFor(this.#room, actor));
  }

  markRead(caller: Caller, messageId: number): Promise<Result<ReadState>> {
    return withActor(this.#room, caller, (_, actor) => markRead(this.#room, actor, messageId));
  }

  reportMessage(caller: Caller, report: MessageReport): Promise<Result<ModerationEntry>> {
    return withActor(this.#room, caller, (_, actor) => reportMessage(this.#room, actor, report));
  }

  moderate(caller: Caller, act: ModerationAct): Promise<Result<ModerationEntry>> {
    return withActor(this.#room, caller, (details, actor) => moderate(this.#room, details, actor, act));
  }

  moderationPage(caller: Caller, before: number | undefined, limit: number): Promise<Result<ModerationPage>> {
    return withModerator(this.#room, caller, () => ok(moderationPage(this.#room, before, limit)));
  }

  eraseParticipant(caller: Caller): Promise<Result<EraseProgress>> {
    return withActor(this.#room, caller, (_, actor) => eraseParticipant(this.#room, actor));
  }

  /** Accepts a WebSocket upgrade, which the Worker forwards. */
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
    return this.#room.alarmScheduler.run();
  }
}
