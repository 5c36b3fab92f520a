/**
 * What must still reach the copies of this room, the directory and KV: the table `outbox`. A row says that a copy is
 * behind, not how: a delivery carries the room as it is then. Rows outlive the room until both copies know it is gone.
 */
import { roomKey, roomKeyMetadata } from '../../shared/copies.ts';
import { limits } from '../../shared/limits.ts';
import type { RoomInfo } from '../../shared/room.ts';
import { within } from '../../shared/within.ts';
import type { DirectoryUpdate, ListedRoom } from '../room-directory/update.ts';
import type { Clock } from '../storage/clock.ts';
import type { Wake } from '../storage/wake.ts';

const targets = ['directory', 'kv'] as const;
type Target = (typeof targets)[number];

type Row = {
  target: Target;
  link: string;
  /** Of the newest change that the copy must come to know. */
  revision: number;
  /** Of the newest change that was ever sent out, whatever became of it. */
  issued_revision: number;
  /** When to deliver next; null once the copy knows all. */
  due_at: number | null;
  attempts: number;
  /** When the last operation, and when the last put, was issued. */
  issued_at: number;
  put_at: number;
  /** Until when an operation whose outcome is unknown may still land. */
  unsure_until: number;
};

/** The outside that an outbox delivers to, and where it learns what to deliver. */
export interface OutboxWorld {
  storage: DurableObjectStorage;
  wake: Wake;
  clock: Clock;
  kv: KVNamespace;
  tellDirectory(update: DirectoryUpdate): Promise<void>;
  /** The room as it is now, or undefined when there is none. */
  snapshot(): ListedRoom | undefined;
}

function publicInfo({ unlisted: _, salt: __, adminDigest: ___, activeAt: ____, ...info }: ListedRoom): RoomInfo {
  return info;
}

export class Outbox {
  readonly #world: OutboxWorld;
  readonly #running = new Map<Target, Promise<void>>();

  constructor(world: OutboxWorld) {
    this.#world = world;
  }

  /**
   * Notes, in the transaction of the change, that the copies are behind.
   * @param urgency `now` for what a list must show by its next call; `soon` for counts and activity, which are gathered
   * @param behind activity concerns the directory alone
   */
  mark(link: string, urgency: 'now' | 'soon', behind: readonly Target[] = targets): void {
    const { clock, storage } = this.#world;
    const now = clock.now();
    const pause = urgency === 'now' ? 0 : limits.copyMergeMs * (1 + clock.random() / 5);
    for (const target of behind) {
      const known = this.#row(target);
      // A delivery that waits will carry this too, under a revision that no copy has seen.
      if (urgency === 'soon' && known && known.revision > known.issued_revision && (known.due_at ?? 0) > now) continue;
      const earliest = target === 'kv' ? (known?.issued_at ?? 0) + limits.kvGapMs : 0;
      const due = Math.max(earliest, Math.min(Math.round(now + pause), known?.due_at ?? Number.POSITIVE_INFINITY));
      storage.sql.exec(
        `INSERT INTO outbox (target, link, revision, issued_revision, due_at, attempts, issued_at, put_at, unsure_until)
         VALUES (?, ?, ?, 0, ?, 0, 0, 0, 0)
         ON CONFLICT (target) DO UPDATE SET revision = excluded.revision, due_at = excluded.due_at`,
        target,
        link,
        Math.max(now, (known?.revision ?? 0) + 1),
        due,
      );
      this.#standBy(due);
    }
  }

  /** Delivers what is due: waits a moment for the directory, and for KV not at all. What fails is tried by alarm. */
  async settle(): Promise<void> {
    void this.#run('kv');
    await within(limits.directoryWaitMs, this.#run('directory'), this.#world.clock.after).catch(() => undefined);
  }

  /** Delivers what is due, to the end. Never throws. */
  async drain(): Promise<void> {
    await Promise.all(targets.map((target) => this.#run(target)));
  }

  /** When the alarm must see to the next delivery, in milliseconds; undefined when both copies know all. */
  nextDue(): number | undefined {
    const { due } = this.#world.storage.sql.exec<{ due: number | null }>('SELECT MIN(due_at) AS due FROM outbox').one();
    return due === null ? undefined : due + limits.copyGraceMs;
  }

  /** What is due at once is delivered by who caused it; the alarm comes a little later, in case that is cut short. */
  #standBy(due: number): void {
    this.#world.wake.by(due + limits.copyGraceMs);
  }

  /** One delivery at a time to each copy; whoever asks meanwhile waits for the one that runs, and for what it left. */
  #run(target: Target): Promise<void> {
    const running = this.#running.get(target) ?? this.#deliverAll(target).finally(() => this.#running.delete(target));
    this.#running.set(target, running);
    return running;
  }

  async #deliverAll(target: Target): Promise<void> {
    for (let row = this.#due(target); row; row = this.#due(target)) {
      try {
        await within(limits.copyTimeoutMs, this.#deliver(row), this.#world.clock.after);
        this.#settled(row);
      } catch {
        this.#postpone(row);
      }
    }
  }

  async #deliver(row: Row): Promise<void> {
    const { target, link, revision } = row;
    const room = this.#world.snapshot();
    this.#issue(row, room !== undefined);
    if (target === 'directory') return this.#world.tellDirectory({ link, revision, room: room ?? null });
    if (!room) return this.#world.kv.delete(roomKey(link));
    const info = publicInfo(room);
    const metadata = roomKeyMetadata(info, { revision, unlisted: room.unlisted, activeAt: room.activeAt });
    await this.#world.kv.put(roomKey(link), JSON.stringify(info), { metadata });
  }

  /** Notes that an operation goes out: should the object die meanwhile, it is due again, and may yet land. */
  #issue({ target, revision, put_at }: Row, isPut: boolean): void {
    const now = this.#world.clock.now();
    const due = now + limits.copyTimeoutMs;
    this.#world.storage.sql.exec(
      'UPDATE outbox SET issued_revision = ?, due_at = ?, issued_at = ?, put_at = ?, unsure_until = ? WHERE target = ?',
      revision,
      due,
      now,
      isPut ? now : put_at,
      now + limits.kvSettleMs,
      target,
    );
    this.#standBy(due);
  }

  /**
   * Clears the debt, unless the room changed meanwhile. KV has no order of its own: while an earlier operation may still
   * land, and after a deletion any earlier put, the same is done once more when that time is over.
   */
  #settled({ target, revision, unsure_until }: Row): void {
    const now = this.#world.clock.now();
    const row = this.#row(target);
    if (!row) return;
    const putLandsBy = this.#world.snapshot() ? 0 : row.put_at + limits.kvSettleMs;
    const again = target === 'kv' ? Math.max(unsure_until, putLandsBy) : 0;
    const due = row.revision === revision ? (again > now ? again : null) : row.due_at;
    this.#world.storage.sql.exec(
      'UPDATE outbox SET due_at = ?, attempts = 0, unsure_until = ? WHERE target = ?',
      due,
      unsure_until,
      target,
    );
    if (due !== null) this.#standBy(due);
  }

  /** Tries again after a pause that grows, spread so that many rooms do not come back at once. */
  #postpone({ target, attempts }: Row): void {
    const { clock, storage } = this.#world;
    const pause = Math.min(limits.copyRetryMs * 2 ** attempts, limits.copyRetryMaxMs) * (0.75 + clock.random() / 2);
    const due = Math.round(clock.now() + pause);
    storage.sql.exec('UPDATE outbox SET due_at = ?, attempts = ? WHERE target = ?', due, attempts + 1, target);
    this.#standBy(due);
  }

  #due(target: Target): Row | undefined {
    const row = this.#row(target);
    return row && row.due_at !== null && row.due_at <= this.#world.clock.now() ? row : undefined;
  }

  #row(target: Target): Row | undefined {
    return this.#world.storage.sql.exec<Row>('SELECT * FROM outbox WHERE target = ?', target).toArray()[0];
  }
}
