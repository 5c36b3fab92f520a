/** Storage that counts the rows it reads, as the platform bills them. */

/** Wraps storage; `rowsRead` is of all statements through it so far, once their rows were taken. */
export function counting(sql: SqlStorage): { sql: SqlStorage; rowsRead: () => number } {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const exec = (...statement: Parameters<SqlStorage['exec']>) => {
    const cursor = sql.exec(...statement);
    cursors.push(cursor);
    return cursor;
  };
  return {
    sql: { exec } as SqlStorage,
    rowsRead: () => cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
  };
}
