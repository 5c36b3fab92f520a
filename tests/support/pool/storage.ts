/** What a Durable Object has in its storage. */
import { runInDurableObject } from 'cloudflare:test';
import { roomObject } from './calls.ts';

const schema = "SELECT name, type FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'";

/** The names of all tables, indexes, views and triggers, except those of the runtime. */
export function schemaNames(sql: SqlStorage): string[] {
  return sql
    .exec<{ name: string }>(schema)
    .toArray()
    .map(({ name }) => name);
}

/** The names of all tables, except those of the runtime. */
export function tableNames(sql: SqlStorage): string[] {
  return sql
    .exec<{ name: string }>(`${schema} AND type = 'table'`)
    .toArray()
    .map(({ name }) => name);
}

/** The schema names of a room's object; empty if the object has stored nothing. */
export async function schemaOf(link: string): Promise<string[]> {
  return runInDurableObject(await roomObject(link), (_, { storage }) => schemaNames(storage.sql));
}

/** The time of a room's alarm in milliseconds since 1970; null if there is none. */
export async function alarmOf(link: string): Promise<number | null> {
  return runInDurableObject(await roomObject(link), (_, { storage }) => storage.getAlarm());
}
