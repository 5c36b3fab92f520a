/** The SQLite database of a Durable Object: created on first write, migrated on first use, consistent after a rollback. */
import { hasSchema, type Migration, migrate } from './migrations.ts';

/** In-memory state derived from stored rows. */
export interface StorageCache {
  /** Drops the state; the next access reads storage again. */
  invalidate(): void;
}

export class Database {
  readonly #storage: DurableObjectStorage;
  readonly #migrations: readonly Migration[];
  readonly #caches: StorageCache[] = [];
  /** False after an eviction or a rollback, until the schema is known to be complete. */
  #isMigrated = false;

  /** @param migrations append-only list of schema changes, oldest first */
  constructor(storage: DurableObjectStorage, migrations: readonly Migration[]) {
    this.#storage = storage;
    this.#migrations = migrations;
  }

  /** Adds caches that become invalid when a transaction rolls back or the database is deleted. */
  registerCaches(...caches: readonly StorageCache[]): void {
    this.#caches.push(...caches);
  }

  /**
   * Whether the schema exists. Brings an existing schema up to date on first use; where none exists, creates no table,
   * row or alarm.
   */
  exists(): boolean {
    if (!this.#isMigrated && hasSchema(this.#storage)) this.createSchema();
    return this.#isMigrated;
  }

  /** Creates the schema or brings it up to date; does nothing if it is. Usable inside `transaction` and outside. */
  createSchema(): void {
    if (this.#isMigrated) return;
    migrate(this.#storage, this.#migrations);
    this.#isMigrated = true;
  }

  /**
   * Runs `work` in a transaction: all of its writes, including `setAlarm`, are stored or none. `work` is synchronous.
   * @throws what `work` throws, after rolling back and invalidating the registered caches
   */
  transaction<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#invalidate();
      throw error;
    }
  }

  /** Deletes all tables and rows; `exists()` is false afterwards. */
  async deleteAll(): Promise<void> {
    this.#invalidate();
    await this.#storage.deleteAll();
  }

  #invalidate(): void {
    this.#isMigrated = false;
    for (const cache of this.#caches) cache.invalidate();
  }
}
