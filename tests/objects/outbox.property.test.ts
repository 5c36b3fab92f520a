/**
 * The outbox against a hostile world: creations, changes, deletions and remakings, while each operation on the
 * directory or on KV may fail, hang or land late, and the object may die at any moment. In the end the copies must hold
 * exactly what the room holds, and the directory must know of no trouble. The room and its storage are real; time, the directory and KV are played.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinOrLeave } from '../../objects/chat-room/actions/leases.ts';
import { createRoom, deleteRoom, updateRoom } from '../../objects/chat-room/actions/lifecycle.ts';
import { runDueJobs } from '../../objects/chat-room/alarm.ts';
import { Room, type RoomDependencies } from '../../objects/chat-room/room.ts';
import { Jwt } from '../../objects/credentials/jwt.ts';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import { systemClock } from '../../objects/storage/clock.ts';
import { GuessLimiter } from '../../shared/guess-limiter.ts';
import { limits } from '../../shared/limits.ts';

const link = 'the-link';
const visitor = { verifiedToken: { kind: 'none' }, address: 'a' } as const;
const runs = Number(env.PROPERTY_RUNS || 1_000);

/** What happens to one operation: how long it takes to land and to be answered; never, where it is absent. */
interface Fate {
  landsAfter: number | undefined;
  answersAfter: number | undefined;
  fails: boolean;
}

type Step =
  | { type: 'create' | 'update' | 'delete' | 'join' | 'leave' | 'die' }
  | { type: 'wait'; milliseconds: number };

const delay = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: limits.kvSettleMs - 1_000 }));
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ landsAfter: 1, answersAfter: 1, fails: false }) },
  {
    weight: 1,
    arbitrary: fc.record({
      landsAfter: delay,
      answersAfter: fc.option(delay, { nil: undefined }),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      landsAfter: fc.constant(undefined),
      answersAfter: fc.option(delay, { nil: undefined }),
      fails: fc.constant(true),
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('create' as const, 'delete' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('update' as const, 'join' as const, 'leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('die' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(1, 200, 1_500, 6_000, 30_000, 90_000),
    }),
  },
);

/** The played world: its time moves only when the test says so. */
class World {
  now: number;
  readonly kv = new Map<string, unknown>();
  readonly directory = new Map<string, DirectoryUpdate>();
  readonly #fates: Fate[];
  #events: { at: number; order: number; work: () => void }[] = [];
  #order = 0;
  #life = 0;

  constructor(now: number, fates: Fate[]) {
    this.now = now;
    this.#fates = [...fates];
  }

  /** What one life of the object sees of the world: once it is dead, nothing comes back to it. */
  live(): RoomDependencies {
    this.#life += 1;
    const life = this.#life;
    const mine = (work: () => void) => () => {
      if (life === this.#life) work();
    };
    const operate = (land: () => void) => {
      const { landsAfter, answersAfter, fails } = this.#fates.shift() ?? {
        landsAfter: 1,
        answersAfter: 1,
        fails: false,
      };
      if (landsAfter !== undefined) this.after(landsAfter, land);
      return new Promise<void>((resolve, reject) => {
        if (answersAfter === undefined) return;
        // An operation that succeeds has landed.
        const at = fails ? answersAfter : Math.max(answersAfter, landsAfter ?? 0);
        this.after(
          at,
          mine(() => (fails ? reject(new Error('played')) : resolve())),
        );
      });
    };
    return {
      operatorToken: undefined,
      guessLimiter: new GuessLimiter({ isEnabled: false, globalLimit: undefined }),
      isRateLimited: false,
      roomDays: 0,
      jwt: new Jwt(env, systemClock),
      recordEvent: () => undefined,
      clock: {
        now: () => this.now,
        after: (milliseconds, work) => this.after(milliseconds, mine(work)),
        random: () => 0.5,
      },
      kv: {
        put: (key: string, value: string) => operate(() => this.kv.set(key, JSON.parse(value))),
        delete: (key: string) => operate(() => this.kv.delete(key)),
      } as KVNamespace,
      updateDirectory: (update) =>
        operate(() => {
          if ((this.directory.get(update.link)?.revision ?? 0) < update.revision)
            this.directory.set(update.link, update);
        }),
    };
  }

  after(milliseconds: number, work: () => void): () => void {
    const event = { at: this.now + milliseconds, order: this.#order++, work };
    this.#events.push(event);
    return () => {
      this.#events = this.#events.filter((other) => other !== event);
    };
  }

  /** When the next thing happens. */
  next(): number | undefined {
    return this.#events.length === 0 ? undefined : Math.min(...this.#events.map(({ at }) => at));
  }

  /** Lets the next thing happen. */
  happen(): void {
    const [event] = this.#events.sort((one, other) => one.at - other.at || one.order - other.order).splice(0, 1);
    if (!event) return;
    this.now = Math.max(this.now, event.at);
    event.work();
  }
}

/** Lets promises and storage settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await null;
}

/** One run: a fresh object, its storage, and a world. */
async function play(state: DurableObjectState, world: World, steps: readonly Step[]): Promise<void> {
  let room = new Room(state, world.live());
  let ringing = false;

  const tick = async (until: number): Promise<boolean> => {
    const alarm = ringing ? null : await state.storage.getAlarm();
    const event = world.next();
    const at = Math.min(alarm ?? Number.POSITIVE_INFINITY, event ?? Number.POSITIVE_INFINITY);
    if (at > until) return false;
    if (event !== undefined && event <= at) {
      world.happen();
    } else {
      world.now = Math.max(world.now, at);
      await state.storage.deleteAlarm();
      ringing = true;
      const rung = room;
      void runDueJobs(rung).finally(() => {
        if (rung === room) ringing = false;
      });
    }
    await settle();
    return true;
  };
  const pass = async (until: number) => {
    while (await tick(until));
    world.now = Math.max(world.now, Math.min(until, Number.MAX_SAFE_INTEGER));
  };

  for (const [turn, one] of steps.entries()) {
    const details = room.details();
    if (one.type === 'wait') await pass(world.now + one.milliseconds);
    else if (one.type === 'create') {
      const made = { link, title: `title ${turn}`, about: '', tags: ['t'], unlisted: false, adminToken: 'admin' };
      void createRoom(room, made);
    } else if (one.type === 'die') {
      // The runtime rings an alarm again whose handler did not come to its end.
      if (ringing) await state.storage.setAlarm(world.now + 1);
      ringing = false;
      room = new Room(state, world.live());
    } else if (details && one.type === 'delete') void deleteRoom(room, details);
    else if (details && one.type === 'update') void updateRoom(room, details, { title: `title ${turn}` });
    else if (details) joinOrLeave(room, details, { action: one.type === 'join' ? 'join' : 'leave', ...visitor });
    await settle();
  }
  // Leases outlive the trouble by far; they are not what this is about.
  await pass(world.now + 40 * 60_000);
  await new Promise((resolve) => setTimeout(resolve, 0));

  const details = room.details();
  const truth = details && room.publicInfo(details);
  expect(world.kv.get(`chat:${link}`)).toEqual(truth);
  const { room: told, behindSince } = world.directory.get(link) ?? { room: null, behindSince: null };
  expect(told && { ...told, activeAt: 0, unlisted: 0, salt: 0, adminDigest: 0 }).toEqual(
    truth ? { ...truth, posted: 0, activeAt: 0, unlisted: 0, salt: 0, adminDigest: 0 } : null,
  );
  expect(behindSince).toBeNull();
  if (truth) return;
  const tables = state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'");
  expect(tables.toArray()).toEqual([]);
  expect(await state.storage.getAlarm()).toBeNull();
}

it('leaves directory and KV with exactly what the room holds', { timeout: 900_000 }, async () => {
  // Far enough ahead that the runtime itself never rings.
  const start = Date.now() + 7 * 24 * 60 * 60_000;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.array(fate, { maxLength: 16 }),
      async (steps, fates) => {
        const object = env.CHAT_ROOM.getByName(crypto.randomUUID());
        await runInDurableObject(object, (_, state) => play(state, new World(start, fates), steps));
      },
    ),
    { numRuns: runs },
  );
});
