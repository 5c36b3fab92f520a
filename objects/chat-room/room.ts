/**
 * A room as a whole: its nouns wired together, and what all changes share. Nothing is answered or broadcast before it is
 * stored.
 */
import type { EventDetails, EventName } from '../../shared/events.ts';
import { done, fail, type Outcome, type Refused } from '../../shared/failures.ts';
import type { RoomFrame } from '../../shared/frames.ts';
import { limits } from '../../shared/limits.ts';
import type { RoomInfo, RoomView } from '../../shared/room.ts';
import { digest } from '../credentials/digests.ts';
import type { ListedRoom } from '../room-directory/update.ts';
import type { Clock } from '../storage/clock.ts';
import { hasSchema, migrate } from '../storage/migrations.ts';
import { Outbox } from '../storage/outbox.ts';
import { Wake } from '../storage/wake.ts';
import { Archive, type Arriving } from './archive.ts';
import { type CopyWorld, copiesOf, withhold } from './copies.ts';
import { type Details, DetailsTable } from './details.ts';
import { disuseDue, Touches } from './disuse.ts';
import { erasureDue } from './erasing.ts';
import { Erasures } from './erasures.ts';
import { IdentityDesk, type IdentityWorld } from './identity.ts';
import { Marks } from './marks.ts';
import { MessageLog } from './messages.ts';
import { ModerationLog } from './moderation-log.ts';
import { Pacing } from './pacing.ts';
import { Participants } from './participants.ts';
import { Presence } from './presence.ts';
import { Reactions } from './reactions.ts';
import { removalDue } from './retention.ts';
import { migrations } from './schema.ts';
import { hangUp } from './seating.ts';
import { Sessions } from './sessions.ts';
import { Standings } from './standings.ts';
import { Turns } from './turns.ts';

/** What lies outside a room. */
export interface RoomWorld extends CopyWorld, IdentityWorld {
  clock: Clock;
  /** For how many days a room stays that nobody touches; 0 is for ever. */
  roomDays: number;
  /** Whether anybody has to keep to a pace. */
  isPaced: boolean;
  noteEvent: NoteEvent;
}

/** Notes what happened, where events are counted. */
type NoteEvent = (event: EventName, details: EventDetails) => void;

export class Room {
  readonly details: DetailsTable;
  readonly log: MessageLog;
  readonly reactions: Reactions;
  readonly marks: Marks;
  readonly standings: Standings;
  readonly moderationLog: ModerationLog;
  readonly erasures: Erasures;
  readonly touches: Touches;
  readonly archive: Archive;
  readonly sessions: Sessions;
  readonly participants: Participants;
  readonly outbox: Outbox<'directory' | 'kv'>;
  readonly wake: Wake;
  readonly identities: IdentityDesk;
  readonly presence: Presence;
  readonly turns = new Turns();
  readonly pacing: Pacing;
  readonly #operatorToken: string | undefined;
  readonly clock: Clock;
  readonly noteEvent: NoteEvent;
  readonly #storage: DurableObjectStorage;
  #migrated = false;

  constructor(ctx: DurableObjectState, world: RoomWorld) {
    const { storage } = ctx;
    this.#storage = storage;
    this.clock = world.clock;
    this.noteEvent = world.noteEvent;
    this.details = new DetailsTable(storage.sql);
    this.log = new MessageLog(storage.sql);
    this.reactions = new Reactions(storage.sql);
    this.marks = new Marks(storage.sql);
    this.standings = new Standings(storage.sql);
    this.moderationLog = new ModerationLog(storage.sql);
    this.erasures = new Erasures(storage.sql);
    this.touches = new Touches(storage.sql, world.roomDays);
    this.archive = new Archive(storage.sql, this.log, this.reactions);
    this.sessions = new Sessions(ctx, world.clock, (socket, failure) => hangUp(this, socket, failure));
    this.participants = new Participants(
      storage.sql,
      this.sessions,
      (id) => this.standings.muted(id, world.clock.now())?.until,
    );
    this.presence = new Presence(
      world.clock,
      () => this.participants.count(),
      (frame) => this.sessions.broadcast(frame),
    );
    this.wake = new Wake(
      storage,
      () => this.#nextDue(),
      (reason) => this.noteEvent('error', { reason }),
    );
    this.outbox = new Outbox({
      storage,
      wake: this.wake,
      clock: world.clock,
      copies: copiesOf(
        world,
        () => this.#listed(),
        () => this.outbox.failingSince('kv'),
      ),
      turned: (target, link) => {
        if (target === 'kv') this.outbox.mark(link, 'soon', ['directory']);
      },
    });
    this.identities = new IdentityDesk(this.details, world, {
      standings: this.standings,
      isKnown: (id) => this.participants.isHere(id) || this.log.lastOf(id) !== undefined,
    });
    this.pacing = new Pacing(world.isPaced);
    this.#operatorToken = world.operatorToken;
  }

  /** An address as the room remembers it: under a secret that does not lie beside it, where the service has one. */
  placeOf(details: Details, address: string): string {
    return digest(this.#operatorToken || details.salt, 'address', address);
  }

  /** The room's metadata, or undefined where there is no room: asking makes no table, row or alarm. */
  find(): Details | undefined {
    return this.#ready() ? this.details.read() : undefined;
  }

  /** The import that is under way, if one is. */
  arriving(): Arriving | undefined {
    return this.#ready() ? this.archive.arriving() : undefined;
  }

  /** Why there is no room: `room_not_found` (404), or `importing` (503) where it is about to come. */
  absence(): Refused {
    if (!this.arriving()) return fail('room_not_found');
    return fail('importing', { retryAfter: limits.importRetrySeconds });
  }

  /** Makes ready to store a room. To be called in a transaction. */
  prepare(): void {
    migrate(this.#storage, migrations);
  }

  /** Empties every table of the room. To be called in a transaction. */
  erase(): void {
    const tables = [
      this.details,
      this.log,
      this.reactions,
      this.marks,
      this.standings,
      this.moderationLog,
      this.erasures,
      this.touches,
      this.participants,
    ];
    for (const table of tables) table.erase();
  }

  /** The room as the API answers it. `room_not_found` (404) where it was removed meanwhile. */
  view(isAdmin: boolean): Outcome<RoomView> {
    const details = this.find();
    if (!details) return this.absence();
    const { lock, keepDays } = details;
    return done({
      ...this.info(details),
      isAdmin,
      ...(lock && { isPrivate: true as const }),
      ...(keepDays > 0 && { keepDays }),
    });
  }

  /** What everyone may know of the room. */
  info({ link, title, about, tags, createdAt, updatedAt }: Details): RoomInfo {
    return { link, title, about, tags, createdAt, updatedAt, participantCount: this.participants.count() };
  }

  /** What everyone is told of the room when something about it changes. */
  frame(details: Details): RoomFrame {
    const { floor } = this.log.position();
    return { type: 'room', room: this.info(details), floor, ...this.moderationLog.conduct() };
  }

  /** Writes all of `work` or nothing: an error takes every row, the alarm and what was remembered of them back. */
  change<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** Brings the copies up to date. Once the room is gone and both know, nothing is left behind. */
  async settleDebts(): Promise<void> {
    if (!this.#ready()) return;
    await this.outbox.drain();
    if (this.details.read() || this.arriving() || this.outbox.nextDue() !== undefined) return;
    this.#forget();
    await this.#storage.deleteAll();
  }

  #ready(): boolean {
    if (this.#migrated) return true;
    if (!hasSchema(this.#storage)) return false;
    migrate(this.#storage, migrations);
    this.#migrated = true;
    return true;
  }

  #forget(): void {
    this.#migrated = false;
    this.details.forget();
    this.participants.forget();
    this.standings.forget();
    this.wake.forget();
  }

  #listed(): ListedRoom | undefined {
    const details = this.find();
    if (!details) return undefined;
    const { unlisted, salt, adminDigest, createdAt } = details;
    const activeAt = this.log.lastPostedAt() ?? createdAt;
    const listed = { ...this.info(details), activeAt, posted: this.log.posted(), unlisted, salt, adminDigest };
    return details.lock ? withhold(listed) : listed;
  }

  /** When messages are to go; in a room with sockets, when it wakes to sweep them anyway. */
  #retentionDue(details: Details): number | undefined {
    const due = removalDue(this, details);
    return due === undefined ? undefined : this.sessions.atSweep(due);
  }

  #nextDue(): number | undefined {
    if (!this.#ready()) return undefined;
    const details = this.details.read();
    const due = [
      this.outbox.nextDue(),
      this.participants.nextDue(),
      this.sessions.nextDue(),
      this.marks.nextDue(),
      ...(details ? [this.#retentionDue(details), erasureDue(this), disuseDue(this, details)] : []),
    ];
    const known = due.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }
}
