/** The database of a Durable Object: lazy creation, migration on first use, rollback. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { AlarmScheduler } from '../../objects/storage/alarm-scheduler.ts';
import { systemClock } from '../../objects/storage/clock.ts';
import { Database } from '../../objects/storage/database.ts';

const notes = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)';
const authors = "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'unknown'";

/** Runs `work` on the storage of an object that no other test uses. */
function withStorage(work: (storage: DurableObjectStorage) => void | Promise<void>): Promise<void> {
  const object = env.USER_SESSIONS.getByName(`database-${crypto.randomUUID()}`);
  return runInDurableObject(object, (_, { storage }) => work(storage));
}

const tablesOf = ({ sql }: DurableObjectStorage) =>
  sql
    .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name")
    .toArray()
    .map(({ name }) => name);

const textsOf = ({ sql }: DurableObjectStorage) =>
  sql
    .exec<{ text: string }>('SELECT text FROM notes ORDER BY id')
    .toArray()
    .map(({ text }) => text);

describe('a schema', () => {
  it('is not created by asking whether it exists', () =>
    withStorage(async (storage) => {
      const database = new Database(storage, [notes]);
      expect([database.exists(), database.exists()]).toEqual([false, false]);
      expect(tablesOf(storage)).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    }));

  it('exists once the transaction that creates it has committed', () =>
    withStorage((storage) => {
      const database = new Database(storage, [notes]);
      database.transaction(() => {
        database.createSchema();
        storage.sql.exec("INSERT INTO notes (text) VALUES ('first')");
        expect(database.exists()).toBe(true);
      });
      expect(database.exists()).toBe(true);
      expect(new Database(storage, [notes]).exists()).toBe(true);
      expect(textsOf(storage)).toEqual(['first']);
    }));

  it('does not exist after the transaction that creates it was rolled back, and can be created afterwards', () =>
    withStorage((storage) => {
      const database = new Database(storage, [notes]);
      const create = (fails: boolean) =>
        database.transaction(() => {
          database.createSchema();
          expect(database.exists()).toBe(true);
          if (fails) throw new Error('full disk');
        });
      expect(() => create(true)).toThrow('full disk');
      expect(database.exists()).toBe(false);
      expect(tablesOf(storage)).toEqual([]);
      create(false);
      expect(tablesOf(storage)).toEqual(['migrations', 'notes']);
    }));

  it('is migrated on first use, each step once', () =>
    withStorage((storage) => {
      new Database(storage, [notes]).createSchema();
      storage.sql.exec("INSERT INTO notes (text) VALUES ('old')");
      for (let starts = 0; starts < 3; starts++) {
        const database = new Database(storage, [notes, authors]);
        expect([database.exists(), database.exists()]).toEqual([true, true]);
      }
      expect(storage.sql.exec('SELECT text, author FROM notes').toArray()).toEqual([
        { text: 'old', author: 'unknown' },
      ]);
      expect(storage.sql.exec('SELECT id FROM migrations').toArray()).toEqual([{ id: 1 }, { id: 2 }]);
    }));

  it('stays as it was when a later step fails, and is migrated at the next attempt', () =>
    withStorage((storage) => {
      new Database(storage, [notes]).createSchema();
      const broken = new Database(storage, [notes, authors, 'ALTER TABLE missing ADD COLUMN text TEXT']);
      expect(() => broken.exists()).toThrow('no such table');
      expect(() => broken.exists()).toThrow('no such table');
      expect(storage.sql.exec('SELECT id FROM migrations').toArray()).toEqual([{ id: 1 }]);
      expect(new Database(storage, [notes, authors]).exists()).toBe(true);
      expect(storage.sql.exec('SELECT id FROM migrations').toArray()).toEqual([{ id: 1 }, { id: 2 }]);
    }));
});

describe('a transaction', () => {
  it('returns the result of the work and leaves the caches valid', () =>
    withStorage((storage) => {
      const database = new Database(storage, [notes]);
      const cache = { invalidate: vi.fn() };
      database.registerCaches(cache);
      database.createSchema();
      expect(database.transaction(() => 'result')).toBe('result');
      expect(cache.invalidate).not.toHaveBeenCalled();
    }));

  it('that throws stores nothing, invalidates every cache and throws the same error', () =>
    withStorage((storage) => {
      const database = new Database(storage, [notes]);
      const caches = [{ invalidate: vi.fn() }, { invalidate: vi.fn() }, { invalidate: vi.fn() }];
      const [first, ...others] = caches;
      if (first) database.registerCaches(first);
      database.registerCaches(...others);
      database.createSchema();
      const error = new RangeError('too large');
      const failing = () =>
        database.transaction(() => {
          storage.sql.exec("INSERT INTO notes (text) VALUES ('lost')");
          throw error;
        });
      expect(failing).toThrow(error);
      for (const cache of caches) expect(cache.invalidate).toHaveBeenCalledTimes(1);
      expect(database.exists()).toBe(true);
      expect(textsOf(storage)).toEqual([]);
    }));

  it('that throws also rolls back the alarm, and a later one sets it', () =>
    withStorage(async (storage) => {
      const database = new Database(storage, [notes]);
      const scheduler = new AlarmScheduler({
        storage,
        clock: systemClock,
        jobs: () => [],
        onJobFailed: () => undefined,
      });
      database.registerCaches(scheduler);
      const inOneHour = Date.now() + 3_600_000;
      const schedule = (fails: boolean) =>
        database.transaction(() => {
          scheduler.scheduleBy(inOneHour);
          if (fails) throw new Error('full disk');
        });
      expect(() => schedule(true)).toThrow('full disk');
      expect(await storage.getAlarm()).toBeNull();
      schedule(false);
      expect(await storage.getAlarm()).toBe(inOneHour);
    }));

  it('can be nested: rolling back the inner one keeps the writes of the outer one', () =>
    withStorage((storage) => {
      const database = new Database(storage, [notes]);
      const write = (text: string) => storage.sql.exec('INSERT INTO notes (text) VALUES (?)', text);
      database.transaction(() => {
        database.createSchema();
        write('outer');
        const inner = () =>
          database.transaction(() => {
            write('inner');
            throw new Error('refused');
          });
        expect(inner).toThrow('refused');
        expect(database.exists()).toBe(true);
      });
      expect(textsOf(storage)).toEqual(['outer']);
    }));
});

it('deleting everything invalidates the caches, and the schema can be created again', () =>
  withStorage(async (storage) => {
    const database = new Database(storage, [notes]);
    const cache = { invalidate: vi.fn() };
    database.registerCaches(cache);
    database.createSchema();
    await database.deleteAll();
    expect(cache.invalidate).toHaveBeenCalledTimes(1);
    expect(database.exists()).toBe(false);
    expect(tablesOf(storage)).toEqual([]);
    database.transaction(() => database.createSchema());
    expect(tablesOf(storage)).toEqual(['migrations', 'notes']);
  }));
