/**
 * A room: its tables, connections and access rules, and the transaction that every change goes through. Nothing is
 * acknowledged or broadcast before it is stored.
 */
import type { EventDetails, EventName } from '../../shared/events.ts';
import { type Err, type Failure, fail, ok, type Result } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import type { RoomInfo, RoomView } from '../../shared/room.ts';
import type { ServerRoomFrame } from '../../shared/server-frames.ts';
import { digest } from '../credentials/digests.ts';
import type { ListedRoom } from '../room-directory/update.ts';
import { AlarmScheduler, type Job } from '../storage/alarm-scheduler.ts';
import type { Clock } from '../storage/clock.ts';
import { Database } from '../storage/database.ts';
import { Outbox } from '../storage/outbox.ts';
import { Authenticator, type AuthenticatorDependencies } from './access/authenticator.ts';
import { RoomRateLimiter } from './access/rate-limiter.ts';
import { Connections } from './connections/connections.ts';
import { FrameQueue } from './connections/frame-queue.ts';
import { Participants } from './connections/participants.ts';
import { PresenceBatcher } from './connections/presence-batcher.ts';
import { migrations } from './schema.ts';
import { Activity } from './state/activity.ts';
import { Archive, type PendingImport } from './state/archive.ts';
import { ChatSettingsTable } from './state/chat-settings.ts';
import { type Details, DetailsTable } from './state/details.ts';
import { ErasureQueue } from './state/erasure-queue.ts';
import { MemberStatuses } from './state/member-status.ts';
import { MessageLog } from './state/message-log.ts';
import { ModerationLog } from './state/moderation-log.ts';
import { Reactions } from './state/reactions.ts';
import { ReadMarkers } from './state/read-markers.ts';
import { type ReplicaBindings, redactPrivate, replicasOf } from './state/replicas.ts';

/** Bindings and settings of the service. */
export interface RoomDependencies extends ReplicaBindings, AuthenticatorDependencies {
  clock: Clock;
  /** Days after which an inactive room is deleted; 0 keeps it forever. */
  roomDays: number;
  isRateLimited: boolean;
  /** Counts an event in the service's metrics. */
  recordEvent: (event: EventName, details: EventDetails) => void;
}

/** Functions of the layers above a room, called when its alarm fires or it detects a slow consumer. */
export interface RoomCallbacks {
  jobsOf: (room: Room) => readonly Job[];
  disconnect: (room: Room, socket: WebSocket, failure: Failure) => void;
}

export class Room {
  readonly clock: Clock;
  readonly recordEvent: RoomDependencies['recordEvent'];
  readonly detailsTable: DetailsTable;
  readonly messageLog: MessageLog;
  readonly reactions: Reactions;
  readonly readMarkers: ReadMarkers;
  readonly memberStatuses: MemberStatuses;
  readonly moderationLog: ModerationLog;
  readonly chatSettings: ChatSettingsTable;
  readonly erasureQueue: ErasureQueue;
  readonly activity: Activity;
  readonly archive: Archive;
  readonly connections: Connections;
  readonly participants: Participants;
  readonly presenceBatcher: PresenceBatcher;
  readonly frameQueue = new FrameQueue();
  readonly authenticator: Authenticator;
  readonly rateLimiter: RoomRateLimiter;
  readonly alarmScheduler: AlarmScheduler;
  readonly outbox: Outbox<'directory' | 'kv'>;
  readonly #database: Database;
  readonly #operatorToken: string | undefined;

  constructor(ctx: DurableObjectState, dependencies: RoomDependencies, callbacks: RoomCallbacks) {
    const { storage } = ctx;
    const { clock, operatorToken } = dependencies;
    this.clock = clock;
    this.recordEvent = dependencies.recordEvent;
    this.#operatorToken = operatorToken;
    this.#database = new Database(storage, migrations);
    this.detailsTable = new DetailsTable(storage.sql);
    this.messageLog = new MessageLog(storage.sql);
    this.reactions = new Reactions(storage.sql);
    this.readMarkers = new ReadMarkers(storage.sql);
    this.memberStatuses = new MemberStatuses(storage.sql);
    this.moderationLog = new ModerationLog(storage.sql);
    this.chatSettings = new ChatSettingsTable(storage.sql);
    this.erasureQueue = new ErasureQueue(storage.sql);
    this.activity = new Activity(storage.sql, dependencies.roomDays);
    this.archive = new Archive(storage.sql, this.messageLog, this.reactions);
    this.connections = new Connections(ctx, clock, (socket, failure) => callbacks.disconnect(this, socket, failure));
    const mutedUntil = (id: string) => this.memberStatuses.activeMute(id, clock.now())?.until;
    this.participants = new Participants(storage.sql, this.connections, mutedUntil);
    this.presenceBatcher = new PresenceBatcher(
      clock,
      () => this.participants.count(),
      (frame) => this.connections.broadcast(frame),
    );
    this.authenticator = new Authenticator(this.detailsTable, dependencies, {
      memberStatuses: this.memberStatuses,
      hasParticipated: (id) => this.participants.isPresent(id) || this.messageLog.latestBy(id) !== undefined,
    });
    this.rateLimiter = new RoomRateLimiter(dependencies.isRateLimited);
    this.alarmScheduler = new AlarmScheduler({
      storage,
      clock,
      // A room that was never created has no tables for a job to read.
      jobs: () => (this.#database.exists() ? callbacks.jobsOf(this) : []),
      onJobFailed: (reason) => this.recordEvent('error', { reason }),
    });
    this.outbox = new Outbox({
      storage,
      alarmScheduler: this.alarmScheduler,
      clock,
      replicas: replicasOf(
        dependencies,
        () => this.#listedRoom(),
        () => this.outbox.failingSince('kv'),
      ),
      // The directory reports how far KV is behind.
      onHealthChange: (target, link) => {
        if (target === 'kv') this.outbox.markDirty(link, 'soon', ['directory']);
      },
    });
    this.#database.registerCaches(
      this.detailsTable,
      this.participants,
      this.memberStatuses,
      this.chatSettings,
      this.alarmScheduler,
    );
  }

  /**
   * The digest under which the room stores a network address. Its key is the operator token if one is configured,
   * because the room's salt is stored beside the digests.
   */
  addressDigest(details: Details, address: string): string {
    return digest(this.#operatorToken || details.salt, 'address', address);
  }

  /** The room's metadata; undefined if the room does not exist. Creates no table, row or alarm. */
  details(): Details | undefined {
    return this.#database.exists() ? this.detailsTable.read() : undefined;
  }

  /** The unfinished import, if there is one. */
  pendingImport(): PendingImport | undefined {
    return this.#database.exists() ? this.archive.pendingImport() : undefined;
  }

  /** Why the room does not exist: `room_not_found` (404), or `importing` (503) during an import. */
  notFoundOrImporting(): Err {
    if (!this.pendingImport()) return fail('room_not_found');
    return fail('importing', { retryAfter: limits.room.importRetrySeconds });
  }

  /** Creates the tables. Call it in a transaction, before the first write. */
  createSchema(): void {
    this.#database.createSchema();
  }

  /** Runs `work` in a transaction: an exception rolls back every row and the alarm, and invalidates their caches. */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work);
  }

  /** Empties the tables of the room, except the outbox. Call it in a transaction. */
  clearTables(): void {
    const tables = [
      this.detailsTable,
      this.messageLog,
      this.reactions,
      this.readMarkers,
      this.memberStatuses,
      this.moderationLog,
      this.chatSettings,
      this.erasureQueue,
      this.activity,
      this.archive,
      this.participants,
    ];
    for (const table of tables) table.clear();
  }

  /** The room as REST calls return it. `room_not_found` (404) if it was deleted meanwhile. */
  view(isAdmin: boolean): Result<RoomView> {
    const details = this.details();
    if (!details) return this.notFoundOrImporting();
    const { joinKeyDigest, keepDays } = details;
    return ok({
      ...this.publicInfo(details),
      isAdmin,
      ...(joinKeyDigest && { isPrivate: true as const }),
      ...(keepDays > 0 && { keepDays }),
    });
  }

  /** The metadata that every participant sees. */
  publicInfo({ link, title, about, tags, createdAt, updatedAt }: Details): RoomInfo {
    return { link, title, about, tags, createdAt, updatedAt, participantCount: this.participants.count() };
  }

  /** The frame that announces changed metadata, chat settings or floor. */
  roomFrame(details: Details): ServerRoomFrame {
    const { floor } = this.messageLog.position();
    return { type: 'room', room: this.publicInfo(details), floor, ...this.chatSettings.get() };
  }

  /**
   * Makes the due deliveries to the replicas. After a deletion that both have applied, deletes the object's storage.
   */
  async deliverReplicas(): Promise<void> {
    if (!this.#database.exists()) return;
    await this.outbox.drain();
    if (this.detailsTable.read() || this.pendingImport() || this.outbox.nextDue() !== undefined) return;
    await this.#database.deleteAll();
  }

  /** The room as the replicas store it. */
  #listedRoom(): ListedRoom | undefined {
    const details = this.details();
    if (!details) return undefined;
    const { unlisted, salt, adminDigest, createdAt } = details;
    const activeAt = this.messageLog.lastPostedAt() ?? createdAt;
    const posted = this.messageLog.postedTotal();
    const room = { ...this.publicInfo(details), activeAt, posted, unlisted, salt, adminDigest };
    return details.joinKeyDigest ? redactPrivate(room) : room;
  }
}
