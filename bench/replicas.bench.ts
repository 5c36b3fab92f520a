/** Replica writes: what 200 rooms write to the directory and to KV during a minute of joins and leaves. */
import { env } from 'cloudflare:workers';
import { it, vi } from 'vitest';
import type { DirectoryUpdate } from '../objects/room-directory/update.ts';
import { call, makeRoom } from '../tests/support/pool/calls.ts';
import { printTable } from './table.ts';

const rooms = 200;
const minute = 60_000;

/** Records the times of one kind of event in each room. */
class EventTimes {
  readonly #times = new Map<string, number[]>();

  record(room: string): void {
    this.#times.set(room, [...(this.#times.get(room) ?? []), performance.now()]);
  }

  /** A row of the table: name, total, most in one room, and the shortest interval in one room in seconds. */
  row(name: string): (string | number)[] {
    const times = [...this.#times.values()];
    const gaps = times.flatMap((list) => list.slice(1).map((at, index) => at - (list[index] ?? 0)));
    const total = times.reduce((sum, list) => sum + list.length, 0);
    return [name, total, Math.max(...times.map((list) => list.length)), (Math.min(...gaps) / 1_000).toFixed(2)];
  }
}

it('replicas', async () => {
  const links = await Promise.all(Array.from({ length: rooms }, () => makeRoom()));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const [changes, updates, puts] = [new EventTimes(), new EventTimes(), new EventTimes()];
  const getByName = env.ROOM_DIRECTORY.getByName.bind(env.ROOM_DIRECTORY);
  vi.spyOn(env.ROOM_DIRECTORY, 'getByName').mockImplementation((name) => {
    const apply = (update: DirectoryUpdate) => {
      updates.record(update.link);
      return getByName(name).apply(update);
    };
    return { apply } as never;
  });
  const put = env.CHATS.put.bind(env.CHATS);
  vi.spyOn(env.CHATS, 'put').mockImplementation((...written: Parameters<typeof put>) => {
    puts.record(written[0]);
    return put(...written);
  });
  const start = performance.now();
  for (let turn = 0; performance.now() - start < minute; turn++) {
    const link = links[turn % rooms] ?? '';
    changes.record(link);
    await call('POST', `/chat/${link}/participants`, { action: Math.random() < 0.6 ? 'join' : 'leave' });
  }
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  vi.restoreAllMocks();
  const headings = ['', 'total', 'most in a room', 'shortest interval in a room, s'];
  printTable(`${rooms} rooms, a minute of joins and leaves`, headings, [
    changes.row('presence changes'),
    updates.row('directory updates'),
    puts.row('KV writes'),
  ]);
});
