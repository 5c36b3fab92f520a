/**
 * What must still reach the copies of this room, the directory and KV: the table `outbox`. A row says that a copy is
 * behind, not how: a delivery carries the room as it is then. Rows outlive the room until both copies know it is gone.
 */
import { roomKey, roomKeyMetadata } from '../../shared/copies.ts';
import { limits } from '../../shared/limits.ts';
import type { RoomInfo } from '../../shared/room.ts';
import type { DirectoryUpdate, ListedRoom } from '../room-directory/update.ts';
import type { Wake } from '../storage/wake.ts';

const targets = ['directory', 'kv'] as const;
type Target = (typeof targets)[number];

type Row = {
  target: Target;
  link: string;
  /** Of the newest change that the copy must come to know. */
  revision: number;
  due_at: number;
  attempts: number;
  /** When the last operation, and when the last put, was issued. */
  issued_at: number;
  put_at: number;
};

/** The outside that an outbox delivers to, and where it learns what to deliver. */
export interface OutboxWorld {
  storage: DurableObjectStorage;
  wake: Wake;
  kv: KVNamespace;
  tellDirectory(update: DirectoryUpdate): Promise<void>;
  /** The room as it is now, or undefined when there is none. */
  snapshot(): ListedRoom | undefined;
  now(): number;
}

function publicInfo({ unlisted: _, salt: __, adminDigest: ___, ...info }: ListedRoom): RoomInfo {
  return info;
}

/** Rejects when `work` takes longer than `milliseconds`; the work itself goes on. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds before try number `attempts + 1`, spread so that many rooms do not come back at once. */
function backOff(attempts: number): number {
  const pause = Math.min(limits.copyRetryMs * 2 ** attempts, limits.copyRetryMaxMs);
  return Math.round(pause * (0.75 + Math.random() / 2));
}

export class Outbox {
  readonly #world: OutboxWorld;
  readonly #running = new Map<Target, Promise<void>>();

  constructor(world: OutboxWorld) {
    this.#world = world;
  }

  /**
   * Notes, in the transaction of the change, that the copies are behind.
   * @param urgency `now` for what a list must show by its next call; `soon` for counts, which are gathered
   */
  mark(link: string, urgency: 'now' | 'soon', now: number): void {
    const jitter = Math.round(Math.random() * 1_000);
    for (const target of targets) {
      const known = this.#row(target);
      const revision = Math.max(now, (known?.revision ?? 0) + 1);
      const gap = target === 'kv' ? (known?.issued_at ?? 0) + limits.kvGapMs : 0;
      const wanted = Math.max(now + (urgency === 'now' ? 0 : limits.copyMergeMs + jitter), gap);
      const due = Math.min(wanted, Math.max(known?.due_at ?? wanted, gap));
      this.#world.storage.sql.exec(
        `INSERT INTO outbox (target, link, revision, due_at, attempts, issued_at, put_at) VALUES (?, ?, ?, ?, 0, 0, 0)
         ON CONFLICT (target) DO UPDATE SET revision = excluded.revision, due_at = excluded.due_at`,
        target,
        link,
        revision,
        due,
      );
      this.#standBy(due);
    }
  }

  /** Delivers what is due: waits a moment for the directory, and for KV not at all. What fails is tried by alarm. */
  async settle(): Promise<void> {
    void this.#run('kv');
    await within(limits.directoryWaitMs, this.#run('directory')).catch(() => undefined);
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
        await within(limits.copyTimeoutMs, this.#deliver(row));
        this.#settled(row);
      } catch {
        this.#postpone(row);
      }
    }
  }

  async #deliver({ target, link, revision }: Row): Promise<void> {
    const room = this.#world.snapshot();
    if (target === 'directory') return this.#world.tellDirectory({ link, revision, room: room ?? null });
    const now = this.#world.now();
    this.#world.storage.sql.exec("UPDATE outbox SET issued_at = ? WHERE target = 'kv'", now);
    if (!room) return this.#world.kv.delete(roomKey(link));
    this.#world.storage.sql.exec("UPDATE outbox SET put_at = ? WHERE target = 'kv'", now);
    const info = publicInfo(room);
    await this.#world.kv.put(roomKey(link), JSON.stringify(info), {
      metadata: roomKeyMetadata(info, room.unlisted, revision),
    });
  }

  /** Clears the debt, unless the room changed meanwhile. A deleted key is deleted once more when no put can be late. */
  #settled({ target, revision }: Row): void {
    const row = this.#row(target);
    if (row?.revision !== revision) return;
    const lastPutLands = row.put_at + limits.kvSettleMs;
    const again = target === 'kv' && !this.#world.snapshot() && row.issued_at < lastPutLands ? lastPutLands : null;
    this.#world.storage.sql.exec('UPDATE outbox SET due_at = ?, attempts = 0 WHERE target = ?', again, target);
    if (again !== null) this.#standBy(again);
  }

  #postpone({ target, attempts }: Row): void {
    const due = this.#world.now() + backOff(attempts);
    this.#world.storage.sql.exec('UPDATE outbox SET due_at = ?, attempts = attempts + 1 WHERE target = ?', due, target);
    this.#standBy(due);
  }

  #due(target: Target): Row | undefined {
    const row = this.#row(target);
    return row && row.due_at !== null && row.due_at <= this.#world.now() ? row : undefined;
  }

  #row(target: Target): Row | undefined {
    return this.#world.storage.sql.exec<Row>('SELECT * FROM outbox WHERE target = ?', target).toArray()[0];
  }
}
