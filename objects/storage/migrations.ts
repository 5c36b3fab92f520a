/** Schema changes of an object's SQLite, applied once each and in order. Append only: what has shipped never changes. */

/** One step: statements separated by semicolons. */
export type Migration = string;

/**
 * Whether the object has any table of its own. Asks the catalogue, so that a probe of an object that was never made
 * leaves no table, row or alarm behind.
 */
export function hasSchema(storage: DurableObjectStorage): boolean {
  const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'");
  return found.toArray().length > 0;
}

/** Brings the schema up to the last of `migrations`, all in one transaction. */
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
