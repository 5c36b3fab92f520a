/** What the directory counts as it goes, against a recount of all that it was told. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RoomIndex } from '../../objects/room-directory/room-index.ts';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import { limits } from '../../shared/limits.ts';

const runs = Number(env.PROPERTY_RUNS || 300);
const links = ['a', 'b', 'c'];

/** One thing that happens to a room. */
const step = fc.record({
  link: fc.constantFrom(...links),
  happens: fc.constantFrom('made', 'posted', 'posted', 'came', 'left', 'hidden', 'deleted', 'fails', 'recovers'),
});

/** The update after each step: what a room would tell, were every one delivered. */
function tell(steps: readonly { link: string; happens: string }[]): DirectoryUpdate[] {
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
      made: now,
      posted: { ...now, posted: now.posted + 3 },
      came: { ...now, participantCount: now.participantCount + 1 },
      left: { ...now, participantCount: Math.max(0, now.participantCount - 1) },
      hidden: { ...now, unlisted: true },
      deleted: null,
      fails: room,
      recovers: room,
    }[happens];
    const trouble = { fails: behindSince ?? revision, recovers: null }[happens];
    const update = { link, revision, room: after ?? null, behindSince: trouble === undefined ? behindSince : trouble };
    rooms.set(link, update);
    return update;
  });
}

/** The order in which the updates arrive: some never, some twice, some late. */
const arrivals = fc.array(fc.nat(), { maxLength: 40 });

/** The sums, counted anew from what was taken in. */
function recount(taken: readonly DirectoryUpdate[]) {
  const latest = new Map(taken.map((update) => [update.link, update]));
  const rooms = [...latest.values()].flatMap(({ room }) => (room ? [room] : []));
  const lives = new Map<string, number>();
  for (const { room } of taken) if (room) lives.set(`${room.link} ${room.salt}`, room.posted);
  const total = (counts: Iterable<number>) => [...counts].reduce((sum, count) => sum + count, 0);
  const since = [...latest.values()].flatMap(({ behindSince }) => (behindSince === null ? [] : [behindSince]));
  return {
    sums: {
      rooms: rooms.length,
      unlisted: rooms.filter(({ unlisted }) => unlisted).length,
      people: total(rooms.map(({ participantCount }) => participantCount)),
      posted: total(lives.values()),
    },
    behind: { rooms: since.length, since: since.length === 0 ? null : Math.min(...since) },
  };
}

it('is what there is: whatever came late, twice or never, was deleted, made again or forgotten', {
  timeout: 900_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), arrivals, async (steps, order) => {
      const told = tell(steps);
      const object = env.ROOM_DIRECTORY.getByName(crypto.randomUUID());
      await runInDurableObject(object, (_, { storage }) => {
        const known = new RoomIndex(storage.sql);
        const newest = new Map<string, number>();
        const taken: DirectoryUpdate[] = [];
        for (const place of order) {
          const update = told[place % told.length];
          if (!update) continue;
          storage.transactionSync(() => known.apply(update, 1));
          if ((newest.get(update.link) ?? 0) >= update.revision) continue;
          newest.set(update.link, update.revision);
          taken.push(update);
        }
        const before = recount(taken);
        expect(known.stats.read()).toEqual(before.sums);
        expect(known.replicationLag()).toEqual(before.behind);
        known.purgeDeleted(1 + limits.deletedRoomMs);
        expect(known.stats.read()).toEqual(before.sums);
        expect(known.replicationLag()).toEqual(before.behind);
      });
    }),
    { numRuns: runs },
  );
});
