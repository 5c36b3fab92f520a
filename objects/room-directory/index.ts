/** The Durable Object that lists all rooms: fed by their outboxes, it answers a page in one hop. */
import { DurableObject } from 'cloudflare:workers';
import { roomKeyPrefix } from '../../shared/copies.ts';
import { noteEvent } from '../../shared/events.ts';
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { limits } from '../../shared/limits.ts';
import { isOperator } from '../credentials/digests.ts';
import { readerOf, type ShownTokens } from '../credentials/reader.ts';
import { SignedTokens } from '../credentials/signed-tokens.ts';
import { systemClock } from '../storage/clock.ts';
import { migrate } from '../storage/migrations.ts';
import { Wake } from '../storage/wake.ts';
import { type ListPage, type ListRequest, RoomList } from './list.ts';
import { type Behind, KnownRooms } from './rooms.ts';
import { migrations } from './schema.ts';
import type { Sums } from './sums.ts';
import type { DirectoryUpdate } from './update.ts';

/** What a batch of a rebuild came to. */
interface Rebuilt {
  rebuilt: number;
  missing: number;
  failed: number;
  next?: string;
}

/** What the operator watches. */
export interface Figures extends Sums {
  behind: Behind;
}

export class RoomDirectory extends DurableObject<Env> {
  readonly #rooms: KnownRooms;
  readonly #list: RoomList;
  readonly #wake: Wake;
  readonly #signedTokens: SignedTokens;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, migrations);
    this.#rooms = new KnownRooms(ctx.storage.sql);
    this.#list = new RoomList(ctx.storage.sql);
    this.#signedTokens = new SignedTokens(env, systemClock);
    this.#wake = new Wake(
      ctx.storage,
      () => this.#rooms.nextDue(),
      (reason) => noteEvent(env.EVENTS, 'error', { reason }),
    );
  }

  /** Takes in what a room says of itself; a late update changes nothing. */
  apply(update: DirectoryUpdate): void {
    this.ctx.storage.transactionSync(() => this.#rooms.apply(update, systemClock.now()));
    const due = this.#rooms.nextDue();
    if (due !== undefined) this.#wake.by(due);
  }

  /** A page of the list. A token may be the admin's of some rooms; a signed one must be genuine. */
  async list(request: ListRequest, shown: ShownTokens): Promise<Outcome<ListPage>> {
    const reader = readerOf(shown, this.env.ADMIN_TOKEN);
    const page = this.#list.page(request, reader);
    if (reader.isOperator || page.chats.some(({ isAdmin }) => isAdmin)) return done(page);
    const proof = await this.#signedTokens.prove(reader.token);
    return proof.ok ? done(page) : proof;
  }

  /**
   * Has a batch of the rooms that KV knows report again, for the operator: so that a directory that was lost comes back.
   * @param after the `next` of the batch before
   */
  async rebuild(token: string, after: string | undefined): Promise<Outcome<Rebuilt>> {
    if (!isOperator(token, this.env.ADMIN_TOKEN)) return fail('not_operator');
    const asked = this.env.CHATS.list({ prefix: roomKeyPrefix, limit: limits.rebuildSize, cursor: after ?? null });
    const page = await asked.catch(() => undefined);
    if (!page) return fail('unavailable', { retryAfter: 1 });
    const links = page.keys.map(({ name }) => name.slice(roomKeyPrefix.length));
    const reported = await Promise.allSettled(links.map((link) => this.env.CHAT_ROOM.getByName(link).report(link)));
    const count = (isOne: (report: PromiseSettledResult<boolean>) => boolean) => reported.filter(isOne).length;
    return done({
      rebuilt: count((report) => report.status === 'fulfilled' && report.value),
      missing: count((report) => report.status === 'fulfilled' && !report.value),
      failed: count((report) => report.status === 'rejected'),
      ...(!page.list_complete && { next: page.cursor }),
    });
  }

  /** How much there is in all, and which copies are behind, for the operator. */
  figures(token: string): Outcome<Figures> {
    if (!isOperator(token, this.env.ADMIN_TOKEN)) return fail('not_operator');
    return done({ ...this.#rooms.sums.read(), behind: this.#rooms.behind() });
  }

  /** Answers if it can read its storage. */
  isWell(): boolean {
    return this.#rooms.sums.read() !== undefined;
  }

  override alarm(): Promise<void> {
    return this.#wake.ring(systemClock, { deleted: () => this.#rooms.forgetDeleted(systemClock.now()) });
  }
}
