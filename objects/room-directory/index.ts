/** The Durable Object that lists all rooms. It is updated by the outboxes of the rooms and reads a page in one request. */
import { DurableObject } from 'cloudflare:workers';
import { recordEvent } from '../../shared/events.ts';
import { fail, ok, type Result } from '../../shared/failures.ts';
import { roomKeyPrefix } from '../../shared/kv-keys.ts';
import { limits } from '../../shared/limits.ts';
import { isOperator } from '../credentials/digests.ts';
import { Jwt } from '../credentials/jwt.ts';
import { type PresentedTokens, resolveReadCredentials } from '../credentials/read-credentials.ts';
import { AlarmScheduler, type Job } from '../storage/alarm-scheduler.ts';
import { systemClock } from '../storage/clock.ts';
import { Database } from '../storage/database.ts';
import { type ListPage, type ListRequest, RoomList } from './list.ts';
import { type ReplicationLag, RoomIndex } from './room-index.ts';
import { migrations } from './schema.ts';
import type { Stats } from './stats.ts';
import type { DirectoryUpdate } from './update.ts';

/** The outcome of one batch of a rebuild. */
interface RebuildProgress {
  /** Rooms that exist and have sent their state. */
  rebuilt: number;
  /** Links in KV without a room. */
  missing: number;
  /** Rooms that did not answer. */
  failed: number;
  /** Cursor of the next batch; absent after the last one. */
  next?: string;
}

/** Metrics of the service, for the operator. */
export interface DirectoryMetrics extends Stats {
  replicationLag: ReplicationLag;
}

export class RoomDirectory extends DurableObject<Env> {
  readonly #database: Database;
  readonly #roomIndex: RoomIndex;
  readonly #list: RoomList;
  readonly #alarmScheduler: AlarmScheduler;
  readonly #jwt: Jwt;
  readonly #jobs: readonly Job[] = [
    {
      name: 'deleted',
      due: () => this.#roomIndex.nextDue(),
      run: () => this.#roomIndex.purgeDeleted(systemClock.now()),
    },
  ];

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#database = new Database(ctx.storage, migrations);
    this.#database.createSchema();
    this.#roomIndex = new RoomIndex(ctx.storage.sql);
    this.#list = new RoomList(ctx.storage.sql);
    this.#jwt = new Jwt(env, systemClock);
    this.#alarmScheduler = new AlarmScheduler({
      storage: ctx.storage,
      clock: systemClock,
      jobs: () => this.#jobs,
      onJobFailed: (reason) => recordEvent(env.EVENTS, 'error', { reason }),
    });
    this.#database.registerCaches(this.#alarmScheduler);
  }

  /** Stores the state of a room; late updates are ignored. */
  apply(update: DirectoryUpdate): void {
    this.#database.transaction(() => this.#roomIndex.apply(update, systemClock.now()));
    const due = this.#roomIndex.nextDue();
    if (due !== undefined) this.#alarmScheduler.scheduleBy(due);
  }

  /**
   * Reads a page of the list. `isAdmin` is true for the rooms whose admin token was sent, and for the operator.
   * @returns for a token that looks signed, the failures of `Jwt.verify`
   */
  async list(caller: PresentedTokens, request: ListRequest): Promise<Result<ListPage>> {
    const credentials = resolveReadCredentials(caller, this.env.ADMIN_TOKEN);
    const page = this.#list.page(request, credentials);
    if (credentials.isOperator || page.chats.some(({ isAdmin }) => isAdmin)) return ok(page);
    const verified = await this.#jwt.verify(credentials.token);
    return verified.ok ? ok(page) : verified;
  }

  /**
   * Restores a lost directory, for the operator: makes a batch of the rooms that have a key in KV send their state again.
   * @param after the `next` of the previous batch
   * @returns `not_operator` (403), `unavailable` (503) if KV cannot be listed
   */
  async rebuild(token: string, after: string | undefined): Promise<Result<RebuildProgress>> {
    if (!isOperator(token, this.env.ADMIN_TOKEN)) return fail('not_operator');
    const listing = this.env.CHATS.list({
      prefix: roomKeyPrefix,
      limit: limits.http.rebuildBatchRooms,
      cursor: after ?? null,
    });
    const page = await listing.catch(() => undefined);
    if (!page) return fail('unavailable', { retryAfter: 1 });
    const links = page.keys.map(({ name }) => name.slice(roomKeyPrefix.length));
    const results = await Promise.allSettled(links.map((link) => this.env.CHAT_ROOM.getByName(link).republish(link)));
    const count = (matches: (result: PromiseSettledResult<boolean>) => boolean) => results.filter(matches).length;
    return ok({
      rebuilt: count((result) => result.status === 'fulfilled' && result.value),
      missing: count((result) => result.status === 'fulfilled' && !result.value),
      failed: count((result) => result.status === 'rejected'),
      ...(!page.list_complete && { next: page.cursor }),
    });
  }

  /** Reads the metrics, for the operator; `not_operator` (403). */
  metrics(token: string): Result<DirectoryMetrics> {
    if (!isOperator(token, this.env.ADMIN_TOKEN)) return fail('not_operator');
    return ok({ ...this.#roomIndex.stats.read(), replicationLag: this.#roomIndex.replicationLag() });
  }

  /** True if storage is readable; otherwise the call throws. */
  isHealthy(): boolean {
    return this.#roomIndex.stats.read() !== undefined;
  }

  override alarm(): Promise<void> {
    return this.#alarmScheduler.run();
  }
}
