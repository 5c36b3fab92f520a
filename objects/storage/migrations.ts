/** Schema changes of an object's SQLite database, each applied once and in order. Append only: released ones never change. */

/** One step: SQL statements separated by semicolons. */
export type Migration = string;

/** Whether the database has a schema. Reads the catalogue, so that it creates no table, row or alarm. */
export function hasSchema(storage: DurableObjectStorage): boolean {
  const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'");
  return found.toArray().length > 0;
}

/** Applies the steps of `migrations` that are missing, all in one transaction. */
export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  storage.transactionSync(() => {
    storage.sql.exec('CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)');
    const { applied } = storage.sql
      .exec<{ applied: number }>('SELECT COALESCE(MAX(id), 0) AS applied FROM migrations')
      .one();
    migrations.slice(applied).forEach((step, index) => {
      storage.sql.exec(step);
      storage.sql.exec('INSERT INTO migrations (id) VALUES (?)', applied + index + 1);
    });
  });
}
