/** Storage faults of a room: real SQLite errors, raised by a trigger. */
import { runInDurableObject } from 'cloudflare:test';
import { roomObject } from './calls.ts';

/**
 * Makes every statement of one kind fail while `work` runs.
 * @param moment the event of the trigger, such as `BEFORE INSERT ON messages`
 */
export async function withFault(link: string, moment: string, work: () => Promise<void>): Promise<void> {
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
