/** The statistics that the directory maintains, compared with a recount of the updates that it accepted. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RoomIndex } from '../../objects/room-directory/room-index.ts';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import { limits } from '../../shared/limits.ts';

const runs = Number(env.PROPERTY_RUNS || 300);
const links = ['a', 'b', 'c'];

/** One event of a room. */
const step = fc.record({
  link: fc.constantFrom(...links),
  happens: fc.constantFrom('created', 'posted', 'posted', 'joined', 'left', 'hidden', 'deleted', 'fails', 'recovers'),
});

/** The directory update that each step causes. */
function updatesOf(steps: readonly { link: string; happens: string }[]): DirectoryUpdate[] {
  const rooms = new Map<string, DirectoryUpdate>();
  return steps.map(({ link, happens }, turn) => {
    const revision = turn + 1;
    const { room, behindSince } = rooms.get(link) ?? { room: null, behindSince: null };
    const made = {
      link,
      title: link,
      about: '',
      tags: [],
      createdAt: revision,
      updatedAt: revision,
      activeAt: revision,
    };
    const now = room ?? {
      ...made,
      participantCount: 0,
      posted: 0,
      unlisted: false,
      salt: `${revision}`,
      adminDigest: '',
    };
    const after = {
      created: now,
      posted: { ...now, posted: now.posted + 3 },
      joined: { ...now, participantCount: now.participantCount + 1 },
      left: { ...now, participantCount: Math.max(0, now.participantCount - 1) },
      hidden: { ...now, unlisted: true },
      deleted: null,
      fails: room,
      recovers: room,
    }[happens];
    const failure = { fails: behindSince ?? revision, recovers: null }[happens];
    const update = { link, revision, room: after ?? null, behindSince: failure === undefined ? behindSince : failure };
    rooms.set(link, update);
    return update;
  });
}

/** The order of arrival, as indexes of updates: some never arrive, some twice, some late. */
const arrivals = fc.array(fc.nat(), { maxLength: 40 });

/** The statistics, computed from the accepted updates. */
function recount(accepted: readonly DirectoryUpdate[]) {
  const latest = new Map(accepted.map((update) => [update.link, update]));
  const rooms = [...latest.values()].flatMap(({ room }) => (room ? [room] : []));
  const postedByRoom = new Map<string, number>();
  for (const { room } of accepted) if (room) postedByRoom.set(`${room.link} ${room.salt}`, room.posted);
  const total = (counts: Iterable<number>) => [...counts].reduce((sum, count) => sum + count, 0);
  const since = [...latest.values()].flatMap(({ behindSince }) => (behindSince === null ? [] : [behindSince]));
  return {
    stats: {
      rooms: rooms.length,
      unlisted: rooms.filter(({ unlisted }) => unlisted).length,
      people: total(rooms.map(({ participantCount }) => participantCount)),
      posted: total(postedByRoom.values()),
    },
    behind: { rooms: since.length, since: since.length === 0 ? null : Math.min(...since) },
  };
}

it('statistics are exact even if updates arrive late, twice or never, and rooms are deleted, created again or purged', {
  timeout: 900_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), arrivals, async (steps, order) => {
      const updates = updatesOf(steps);
      const object = env.ROOM_DIRECTORY.getByName(crypto.randomUUID());
      await runInDurableObject(object, (_, { storage }) => {
        const index = new RoomIndex(storage.sql);
        const newest = new Map<string, number>();
        const accepted: DirectoryUpdate[] = [];
        for (const place of order) {
          const update = updates[place % updates.length];
          if (!update) continue;
          storage.transactionSync(() => index.apply(update, 1));
          if ((newest.get(update.link) ?? 0) >= update.revision) continue;
          newest.set(update.link, update.revision);
          accepted.push(update);
        }
        const before = recount(accepted);
        expect(index.stats.read()).toEqual(before.stats);
        expect(index.replicationLag()).toEqual(before.behind);
        index.purgeDeleted(1 + limits.room.deletedMs);
        expect(index.stats.read()).toEqual(before.stats);
        expect(index.replicationLag()).toEqual(before.behind);
      });
    }),
    { numRuns: runs },
  );
});
