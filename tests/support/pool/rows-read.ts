/** Counts the rows that SQL statements read, which the platform bills. */

/** Wraps storage. @returns `rowsRead`, which counts all statements so far whose rows were consumed */
export function countRowsRead(sql: SqlStorage): { sql: SqlStorage; rowsRead: () => number } {
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
