/** What a Durable Object has in its storage. */
import { runInDurableObject } from 'cloudflare:test';
import { roomObject } from './calls.ts';

/** The names of the tables, without those of the runtime. */
export function tableNames(sql: SqlStorage): string[] {
  const statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'";
  return sql
    .exec<{ name: string }>(statement)
    .toArray()
    .map(({ name }) => name);
}

/** The names of the tables of a room's object. Empty if the object has stored nothing. */
export async function tablesOf(link: string): Promise<string[]> {
  return runInDurableObject(await roomObject(link), (_, { storage }) => tableNames(storage.sql));
}

/** The time of a room's alarm in milliseconds since 1970; null if there is none. */
export async function alarmOf(link: string): Promise<number | null> {
  return runInDurableObject(await roomObject(link), (_, { storage }) => storage.getAlarm());
}
