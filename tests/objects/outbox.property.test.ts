/**
 * The outbox under faults: rooms are created, updated, deleted and created again while each operation on the directory
 * or on KV may fail, hang or be applied late, and the object may be evicted at any moment. At the end the replicas must
 * equal the room, and the directory must record no replication lag. The room and its storage are real; time, the
 * directory and KV are simulated.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { disconnect } from '../../objects/chat-room/actions/disconnect.ts';
import { joinOrLeave } from '../../objects/chat-room/actions/leases.ts';
import { createRoom, deleteRoom, updateRoom } from '../../objects/chat-room/actions/lifecycle.ts';
import { jobsOf } from '../../objects/chat-room/alarm.ts';
import { Room, type RoomDependencies } from '../../objects/chat-room/room.ts';
import { Jwt } from '../../objects/credentials/jwt.ts';
import type { DirectoryUpdate } from '../../objects/room-directory/update.ts';
import { systemClock } from '../../objects/storage/clock.ts';
import { GuessLimiter } from '../../shared/guess-limiter.ts';
import { limits } from '../../shared/limits.ts';
import { schemaNames } from '../support/pool/storage.ts';

const link = 'the-link';
const visitor = { participant: null, role: 'viewer', address: 'a' } as const;
const runs = Number(env.PROPERTY_RUNS || 1_000);

/** The outcome of one operation: milliseconds until it is applied and until it is answered; undefined is never. */
interface OperationOutcome {
  appliedAfter: number | undefined;
  answersAfter: number | undefined;
  fails: boolean;
}

type Step =
  | { type: 'create' | 'update' | 'delete' | 'join' | 'leave' | 'evict' }
  | { type: 'wait'; milliseconds: number };

const delay = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: limits.replica.kvSettleMs - 1_000 }));
const outcome: fc.Arbitrary<OperationOutcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ appliedAfter: 1, answersAfter: 1, fails: false }) },
  {
    weight: 1,
    arbitrary: fc.record({
      appliedAfter: delay,
      answersAfter: fc.option(delay, { nil: undefined }),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      appliedAfter: fc.constant(undefined),
      answersAfter: fc.option(delay, { nil: undefined }),
      fails: fc.constant(true),
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('create' as const, 'delete' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('update' as const, 'join' as const, 'leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('evict' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(1, 200, 1_500, 6_000, 30_000, 90_000),
    }),
  },
);

/** Simulated time, KV and directory. Time moves only when the test advances it. */
class Simulation {
  now: number;
  readonly kv = new Map<string, unknown>();
  readonly directory = new Map<string, DirectoryUpdate>();
  readonly #outcomes: OperationOutcome[];
  #events: { at: number; order: number; work: () => void }[] = [];
  #order = 0;
  #instance = 0;

  constructor(now: number, outcomes: OperationOutcome[]) {
    this.now = now;
    this.#outcomes = [...outcomes];
  }

  /** The dependencies of one instance of the object. Timers and answers of an evicted instance are dropped. */
  dependencies(): RoomDependencies {
    this.#instance += 1;
    const instance = this.#instance;
    const ifCurrent = (work: () => void) => () => {
      if (instance === this.#instance) work();
    };
    const operate = (apply: () => void) => {
      const { appliedAfter, answersAfter, fails } = this.#outcomes.shift() ?? {
        appliedAfter: 1,
        answersAfter: 1,
        fails: false,
      };
      if (appliedAfter !== undefined) this.after(appliedAfter, apply);
      return new Promise<void>((resolve, reject) => {
        if (answersAfter === undefined) return;
        // An operation that succeeds has been applied.
        const at = fails ? answersAfter : Math.max(answersAfter, appliedAfter ?? 0);
        this.after(
          at,
          ifCurrent(() => (fails ? reject(new Error('simulated')) : resolve())),
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
        after: (milliseconds, work) => this.after(milliseconds, ifCurrent(work)),
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

  /** The time of the next event. */
  nextAt(): number | undefined {
    return this.#events.length === 0 ? undefined : Math.min(...this.#events.map(({ at }) => at));
  }

  /** Advances the time to the next event and runs it. */
  runNext(): void {
    const [event] = this.#events.sort((one, other) => one.at - other.at || one.order - other.order).splice(0, 1);
    if (!event) return;
    this.now = Math.max(this.now, event.at);
    event.work();
  }
}

/** Waits until pending promises and storage operations have settled. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await null;
}

/** One run with a new object, its storage and a simulation. */
async function simulate(state: DurableObjectState, simulation: Simulation, steps: readonly Step[]): Promise<void> {
  let room = new Room(state, simulation.dependencies(), { jobsOf, disconnect });
  let alarmIsRunning = false;

  const tick = async (until: number): Promise<boolean> => {
    const alarm = alarmIsRunning ? null : await state.storage.getAlarm();
    const event = simulation.nextAt();
    const at = Math.min(alarm ?? Number.POSITIVE_INFINITY, event ?? Number.POSITIVE_INFINITY);
    if (at > until) return false;
    if (event !== undefined && event <= at) {
      simulation.runNext();
    } else {
      simulation.now = Math.max(simulation.now, at);
      await state.storage.deleteAlarm();
      alarmIsRunning = true;
      const started = room;
      void started.alarmScheduler.run().finally(() => {
        if (started === room) alarmIsRunning = false;
      });
    }
    await settle();
    return true;
  };
  const advanceTo = async (until: number) => {
    while (await tick(until));
    simulation.now = Math.max(simulation.now, Math.min(until, Number.MAX_SAFE_INTEGER));
  };

  for (const [turn, one] of steps.entries()) {
    const details = room.details();
    if (one.type === 'wait') await advanceTo(simulation.now + one.milliseconds);
    else if (one.type === 'create') {
      const made = { link, title: `title ${turn}`, about: '', tags: ['t'], unlisted: false, adminToken: 'admin' };
      void createRoom(room, made);
    } else if (one.type === 'evict') {
      // The runtime runs an alarm again if its handler did not complete.
      if (alarmIsRunning) await state.storage.setAlarm(simulation.now + 1);
      alarmIsRunning = false;
      room = new Room(state, simulation.dependencies(), { jobsOf, disconnect });
    } else if (details && one.type === 'delete') void deleteRoom(room, details);
    else if (details && one.type === 'update') void updateRoom(room, details, { title: `title ${turn}` });
    else if (details) joinOrLeave(room, details, visitor, { action: one.type === 'join' ? 'join' : 'leave' });
    await settle();
  }
  // Long enough for every retry, and shorter than an anonymous lease.
  await advanceTo(simulation.now + 40 * 60_000);
  await new Promise((resolve) => setTimeout(resolve, 0));

  const details = room.details();
  const expected = details && room.publicInfo(details);
  expect(simulation.kv.get(`chat:${link}`)).toEqual(expected);
  const { room: listed, behindSince } = simulation.directory.get(link) ?? { room: null, behindSince: null };
  expect(listed && { ...listed, activeAt: 0, unlisted: 0, salt: 0, adminDigest: 0 }).toEqual(
    expected ? { ...expected, posted: 0, activeAt: 0, unlisted: 0, salt: 0, adminDigest: 0 } : null,
  );
  expect(behindSince).toBeNull();
  if (expected) return;
  expect(schemaNames(state.storage.sql)).toEqual([]);
  expect(await state.storage.getAlarm()).toBeNull();
}

it('directory and KV end up equal to the room', { timeout: 900_000 }, async () => {
  // Far enough ahead that the runtime itself never runs the alarm.
  const start = Date.now() + 7 * 24 * 60 * 60_000;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.array(outcome, { maxLength: 16 }),
      async (steps, outcomes) => {
        const object = env.CHAT_ROOM.getByName(crypto.randomUUID());
        await runInDurableObject(object, (_, state) => simulate(state, new Simulation(start, outcomes), steps));
      },
    ),
    { numRuns: runs },
  );
});
