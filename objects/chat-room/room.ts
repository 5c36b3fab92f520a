/**
 * A room as a whole: its nouns wired together, and what all changes share. Nothing is answered or broadcast before it is
 * stored.
 */
import type { EventDetails, EventName } from '../../shared/events.ts';
import { type Err, fail, ok, type Result } from '../../shared/failures.ts';
import type { ServerRoomFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import type { RoomInfo, RoomView } from '../../shared/room.ts';
import { digest } from '../credentials/digests.ts';
import type { ListedRoom } from '../room-directory/update.ts';
import { AlarmScheduler } from '../storage/alarm-scheduler.ts';
import type { Clock } from '../storage/clock.ts';
import { hasSchema, migrate } from '../storage/migrations.ts';
import { Outbox } from '../storage/outbox.ts';
import { Authenticator, type AuthenticatorDependencies } from './access/authenticator.ts';
import { RoomRateLimiter } from './access/rate-limiter.ts';
import { disconnect } from './actions/connect.ts';
import { Activity } from './actions/inactivity.ts';
import { scheduledJobs } from './alarm.ts';
import { Connections } from './connections/connections.ts';
import { FrameQueue } from './connections/frame-queue.ts';
import { Participants } from './connections/participants.ts';
import { PresenceBatcher } from './connections/presence-batcher.ts';
import { migrations } from './schema.ts';
import { Archive, type PendingImport } from './state/archive.ts';
import { type Details, DetailsTable } from './state/details.ts';
import { ErasureQueue } from './state/erasure-queue.ts';
import { MemberStatuses } from './state/member-status.ts';
import { MessageLog } from './state/message-log.ts';
import { ModerationLog } from './state/moderation-log.ts';
import { Reactions } from './state/reactions.ts';
import { ReadMarkers } from './state/read-markers.ts';
import { type ReplicaBindings, redactPrivate, replicasOf } from './state/replicas.ts';

/** What lies outside a room. */
export interface RoomDependencies extends ReplicaBindings, AuthenticatorDependencies {
  clock: Clock;
  /** For how many days a room stays that nobody touches; 0 is for ever. */
  roomDays: number;
  /** Whether anybody has to keep to a pace. */
  isRateLimited: boolean;
  recordEvent: RecordEvent;
}

/** Notes what happened, where events are counted. */
type RecordEvent = (event: EventName, details: EventDetails) => void;

export class Room {
  readonly detailsTable: DetailsTable;
  readonly messageLog: MessageLog;
  readonly reactions: Reactions;
  readonly readMarkers: ReadMarkers;
  readonly memberStatuses: MemberStatuses;
  readonly moderationLog: ModerationLog;
  readonly erasureQueue: ErasureQueue;
  readonly activity: Activity;
  readonly archive: Archive;
  readonly connections: Connections;
  readonly participants: Participants;
  readonly outbox: Outbox<'directory' | 'kv'>;
  readonly alarmScheduler: AlarmScheduler;
  readonly authenticator: Authenticator;
  readonly presenceBatcher: PresenceBatcher;
  readonly frameQueue = new FrameQueue();
  readonly rateLimiter: RoomRateLimiter;
  readonly #operatorToken: string | undefined;
  readonly clock: Clock;
  readonly recordEvent: RecordEvent;
  readonly #storage: DurableObjectStorage;
  #isMigrated = false;

  constructor(ctx: DurableObjectState, dependencies: RoomDependencies) {
    const { storage } = ctx;
    this.#storage = storage;
    this.clock = dependencies.clock;
    this.recordEvent = dependencies.recordEvent;
    this.detailsTable = new DetailsTable(storage.sql);
    this.messageLog = new MessageLog(storage.sql);
    this.reactions = new Reactions(storage.sql);
    this.readMarkers = new ReadMarkers(storage.sql);
    this.memberStatuses = new MemberStatuses(storage.sql);
    this.moderationLog = new ModerationLog(storage.sql);
    this.erasureQueue = new ErasureQueue(storage.sql);
    this.activity = new Activity(storage.sql, dependencies.roomDays);
    this.archive = new Archive(storage.sql, this.messageLog, this.reactions);
    this.connections = new Connections(ctx, dependencies.clock, (socket, failure) => disconnect(this, socket, failure));
    this.participants = new Participants(
      storage.sql,
      this.connections,
      (id) => this.memberStatuses.activeMute(id, dependencies.clock.now())?.until,
    );
    this.presenceBatcher = new PresenceBatcher(
      dependencies.clock,
      () => this.participants.count(),
      (frame) => this.connections.broadcast(frame),
    );
    this.alarmScheduler = new AlarmScheduler({
      storage,
      clock: dependencies.clock,
      // A room that was never created has no tables for a job to read.
      jobs: () => (this.#ensureMigrated() ? scheduledJobs(this) : []),
      onJobFailed: (reason) => this.recordEvent('error', { reason }),
    });
    this.outbox = new Outbox({
      storage,
      alarmScheduler: this.alarmScheduler,
      clock: dependencies.clock,
      replicas: replicasOf(
        dependencies,
        () => this.#listedRoom(),
        () => this.outbox.failingSince('kv'),
      ),
      onHealthChange: (target, link) => {
        if (target === 'kv') this.outbox.markDirty(link, 'soon', ['directory']);
      },
    });
    this.authenticator = new Authenticator(this.detailsTable, dependencies, {
      memberStatuses: this.memberStatuses,
      hasParticipated: (id) => this.participants.isPresent(id) || this.messageLog.latestBy(id) !== undefined,
    });
    this.rateLimiter = new RoomRateLimiter(dependencies.isRateLimited);
    this.#operatorToken = dependencies.operatorToken;
  }

  /** An address as the room remembers it: under a secret that does not lie beside it, where the service has one. */
  addressDigest(details: Details, address: string): string {
    return digest(this.#operatorToken || details.salt, 'address', address);
  }

  /** The room's metadata, or undefined where there is no room: asking makes no table, row or alarm. */
  details(): Details | undefined {
    return this.#ensureMigrated() ? this.detailsTable.read() : undefined;
  }

  /** The import that is under way, if one is. */
  pendingImport(): PendingImport | undefined {
    return this.#ensureMigrated() ? this.archive.pendingImport() : undefined;
  }

  /** Why there is no room: `room_not_found` (404), or `importing` (503) where it is about to come. */
  notFoundOrImporting(): Err {
    if (!this.pendingImport()) return fail('room_not_found');
    return fail('importing', { retryAfter: limits.importRetrySeconds });
  }

  /** Makes ready to store a room. To be called in a transaction. */
  createSchema(): void {
    migrate(this.#storage, migrations);
  }

  /** Empties every table of the room. To be called in a transaction. */
  clearTables(): void {
    const tables = [
      this.detailsTable,
      this.messageLog,
      this.reactions,
      this.readMarkers,
      this.memberStatuses,
      this.moderationLog,
      this.erasureQueue,
      this.activity,
      this.participants,
    ];
    for (const table of tables) table.clear();
  }

  /** The room as the API answers it. `room_not_found` (404) where it was removed meanwhile. */
  view(isAdmin: boolean): Result<RoomView> {
    const details = this.details();
    if (!details) return this.notFoundOrImporting();
    const { joinKeyDigest: lock, keepDays } = details;
    return ok({
      ...this.publicInfo(details),
      isAdmin,
      ...(lock && { isPrivate: true as const }),
      ...(keepDays > 0 && { keepDays }),
    });
  }

  /** What everyone may know of the room. */
  publicInfo({ link, title, about, tags, createdAt, updatedAt }: Details): RoomInfo {
    return { link, title, about, tags, createdAt, updatedAt, participantCount: this.participants.count() };
  }

  /** What everyone is told of the room when something about it changes. */
  roomFrame(details: Details): ServerRoomFrame {
    const { floor } = this.messageLog.position();
    return { type: 'room', room: this.publicInfo(details), floor, ...this.moderationLog.chatSettings() };
  }

  /** Writes all of `work` or nothing: an error takes every row, the alarm and what was remembered of them back. */
  transaction<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#invalidateCaches();
      throw error;
    }
  }

  /** Brings the copies up to date. Once the room is gone and both know, nothing is left behind. */
  async deliverReplicas(): Promise<void> {
    if (!this.#ensureMigrated()) return;
    await this.outbox.drain();
    if (this.detailsTable.read() || this.pendingImport() || this.outbox.nextDue() !== undefined) return;
    this.#invalidateCaches();
    await this.#storage.deleteAll();
  }

  #ensureMigrated(): boolean {
    if (this.#isMigrated) return true;
    if (!hasSchema(this.#storage)) return false;
    migrate(this.#storage, migrations);
    this.#isMigrated = true;
    return true;
  }

  #invalidateCaches(): void {
    this.#isMigrated = false;
    this.detailsTable.invalidate();
    this.participants.invalidate();
    this.memberStatuses.invalidate();
    this.alarmScheduler.invalidate();
  }

  #listedRoom(): ListedRoom | undefined {
    const details = this.details();
    if (!details) return undefined;
    const { unlisted, salt, adminDigest, createdAt } = details;
    const activeAt = this.messageLog.lastPostedAt() ?? createdAt;
    const room = {
      ...this.publicInfo(details),
      activeAt,
      posted: this.messageLog.postedTotal(),
      unlisted,
      salt,
      adminDigest,
    };
    return details.joinKeyDigest ? redactPrivate(room) : room;
  }
}
