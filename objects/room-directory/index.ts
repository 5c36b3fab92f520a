/** The Durable Object that lists all rooms: fed by their outboxes, it answers a page in one hop. */
import { DurableObject } from 'cloudflare:workers';
import { done, fail, type Outcome } from '../../shared/failures.ts';
import { looksSigned } from '../../shared/signed.ts';
import { systemClock } from '../storage/clock.ts';
import { migrate } from '../storage/migrations.ts';
import { readerOf, type ShownTokens } from '../storage/reader.ts';
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
    this.ctx.storage.transactionSync(() => this.#listing.apply(update, systemClock.now()));
    const due = this.#listing.nextDue();
    if (due !== undefined) this.#wake.by(due);
  }

  /** A page of the list, newest first. A token may be the admin's of some rooms. */
  list(request: ListRequest, shown: ShownTokens): Outcome<ListPage> {
    const reader = readerOf(shown, this.env.ADMIN_TOKEN);
    const page = this.#listing.page(request, reader);
    const isGenuine = reader.isOperator || page.chats.some(({ isAdmin }) => isAdmin);
    return !isGenuine && looksSigned(reader.token ?? '') ? fail('no_signed_identities') : done(page);
  }

  override alarm(): void {
    try {
      this.#listing.forgetDeleted(systemClock.now());
    } finally {
      this.#wake.again();
    }
  }
}
