/** The Durable Object that lists all rooms: fed by their outboxes, it answers a page in one hop. */
import { DurableObject } from 'cloudflare:workers';
import { migrate } from '../storage/migrations.ts';
import { Wake } from '../storage/wake.ts';
import { Listing, type ListPage, type ListRequest } from './listing.ts';
import { migrations } from './schema.ts';
import type { DirectoryUpdate } from './update.ts';

export class RoomDirectory extends DurableObject<Env> {
  readonly #listing: Listing;
  readonly #wake: Wake;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, migrations);
    this.#listing = new Listing(ctx.storage.sql);
    this.#wake = new Wake(ctx.storage, () => this.#listing.nextDue());
  }

  /** Takes in what a room says of itself; a late update changes nothing. */
  apply(update: DirectoryUpdate): void {
    this.ctx.storage.transactionSync(() => this.#listing.apply(update, Date.now()));
    const due = this.#listing.nextDue();
    if (due !== undefined) this.#wake.by(due);
  }

  /** A page of the list, newest first. */
  list(request: ListRequest): ListPage {
    return this.#listing.page(request, this.env.ADMIN_TOKEN);
  }

  override alarm(): void {
    this.#listing.forgetDeleted(Date.now());
    this.#wake.again();
  }
}
