/** Faults in the storage of a room: real ones, made by SQLite itself. */
import { runInDurableObject } from 'cloudflare:test';
import { roomObject } from './calls.ts';

/**
 * Makes every statement of that kind fail while `work` goes on.
 * @param moment as a trigger has it: `BEFORE INSERT ON messages`
 */
export async function breaking(link: string, moment: string, work: () => Promise<void>): Promise<void> {
  const room = await roomObject(link);
  const execute = (statement: string) =>
    runInDurableObject(room, (_, state) => {
      state.storage.sql.exec(statement);
    });
  await execute(`CREATE TRIGGER fault ${moment} BEGIN SELECT RAISE(ABORT, 'fault'); END`);
  try {
    await work();
  } finally {
    await execute('DROP TRIGGER fault');
  }
}
