/** What 200 rooms, in which people come and go for a minute, write to the directory and to KV. */
import { env } from 'cloudflare:workers';
import { it, vi } from 'vitest';
import type { DirectoryUpdate } from '../objects/room-directory/update.ts';
import { call, makeRoom } from '../tests/support/pool/calls.ts';
import { printTable } from './table.ts';

const rooms = 200;
const minute = 60_000;

/** Notes when something happened to each room. */
class EventTimes {
  readonly #times = new Map<string, number[]>();

  record(room: string): void {
    this.#times.set(room, [...(this.#times.get(room) ?? []), performance.now()]);
  }

  /** How often in all, how often a room at the most, and the shortest time between two in one room. */
  row(name: string): (string | number)[] {
    const times = [...this.#times.values()];
    const gaps = times.flatMap((list) => list.slice(1).map((at, index) => at - (list[index] ?? 0)));
    const total = times.reduce((sum, list) => sum + list.length, 0);
    return [name, total, Math.max(...times.map((list) => list.length)), (Math.min(...gaps) / 1_000).toFixed(2)];
  }
}

it('copies', async () => {
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
  const heads = ['', 'in all', 'most in a room', 'least s between two in a room'];
  printTable(`${rooms} rooms, a minute of comings and goings`, heads, [
    changes.row('changes of a count'),
    updates.row('updates of the directory'),
    puts.row('writes of a KV key'),
  ]);
});
