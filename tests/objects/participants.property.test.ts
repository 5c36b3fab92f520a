/**
 * The participant count compared with a pure model: random joins, leaves and renewals by REST, sockets that open, close
 * or are lost, evictions and time. The count is never negative, and equals the model's whenever every lost socket has
 * been detected.
 */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import type { RoomView } from '../../shared/room.ts';
import { call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { connect, type TestSocket } from '../support/pool/sockets.ts';
import { alarmOf } from '../support/pool/storage.ts';

const runs = Number(env.PROPERTY_RUNS || 2_000);

afterEach(() => {
  vi.useRealTimers();
});

const people = ['alice', 'bob', 'carol'] as const;

type Step =
  | { type: 'join' | 'leave' | 'open'; who: (typeof people)[number] | 'visitor' }
  | { type: 'renew' | 'end' | 'openWithLease' | 'close' | 'lose'; nth: number }
  | { type: 'evict' }
  | { type: 'advance'; milliseconds: number };

const nth = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom('join' as const, 'leave' as const, 'open' as const),
      who: fc.constantFrom(...people, 'visitor' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'renew' as const,
        'end' as const,
        'openWithLease' as const,
        'close' as const,
        'lose' as const,
      ),
      nth,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('evict' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      milliseconds: fc.constantFrom(1_000, 60_000, limits.lease.personalMs, 7 * 60_000, limits.lease.anonymousMs),
    }),
  },
);

/** A lease in the model. @property secret of an anonymous lease only */
interface ModelLease {
  key: string;
  until: number;
  secret?: string | undefined;
}

/** A socket in the model: the key that it counts under, and whether its client was lost without a close. */
interface ModelSocket {
  key: string;
  socket: TestSocket;
  isLost: boolean;
}

class Model {
  leases: ModelLease[] = [];
  sockets: ModelSocket[] = [];

  get count(): number {
    return new Set([...this.leases, ...this.sockets].map(({ key }) => key)).size;
  }

  /** Whether the count is known: until a sweep, a lost socket is indistinguishable from a silent one. */
  get isCertain(): boolean {
    return !this.sockets.some(({ isLost }) => isLost);
  }

  join(key: string, until: number, secret?: string): void {
    const known = this.leases.find((lease) => lease.key === key);
    if (known) known.until = until;
    else this.leases.push({ key, until, secret });
  }

  end(key: string): void {
    this.leases = this.leases.filter((lease) => lease.key !== key);
  }

  expire(now: number): void {
    this.leases = this.leases.filter((lease) => lease.until > now);
  }

  anonymous(place: number): ModelLease | undefined {
    const anonymous = this.leases.filter((lease) => lease.secret !== undefined);
    return anonymous[place % Math.max(1, anonymous.length)];
  }
}

/** One run in a new room. */
class Run {
  readonly #link: string;
  readonly #model = new Model();
  readonly #all: TestSocket[] = [];
  #viewers = 0;

  constructor(link: string) {
    this.#link = link;
  }

  async runStep(one: Step): Promise<void> {
    const model = this.#model;
    if (one.type === 'join') await this.#join(one.who);
    else if (one.type === 'leave') await this.#leave(one.who);
    else if (one.type === 'open') await this.#open(one.who === 'visitor' ? undefined : one.who);
    else if (one.type === 'advance') await this.#advance(one.milliseconds);
    else if (one.type === 'evict') await evictDurableObject(await roomObject(this.#link));
    else if (one.type === 'close' || one.type === 'lose') await this.#disconnect(one.nth, one.type);
    else if (one.type === 'renew' || one.type === 'end' || one.type === 'openWithLease') {
      const lease = model.anonymous(one.nth);
      if (!lease) return;
      if (one.type === 'openWithLease') return this.#open(undefined, lease);
      const action = one.type === 'renew' ? 'join' : 'leave';
      await this.#callParticipants({ action, lease: lease.secret });
      if (one.type === 'renew') lease.until = Date.now() + limits.lease.anonymousMs;
      else model.end(lease.key);
    }
  }

  async check(): Promise<void> {
    const { content } = await call<RoomView>('GET', `/chat/${this.#link}`);
    expect(content.participantCount).toBeGreaterThanOrEqual(0);
    if (this.#model.isCertain) expect(content.participantCount).toBe(this.#model.count);
  }

  /** Advances the clock until the sweep has closed every lost socket, checks the count and closes all sockets. */
  async finish(): Promise<void> {
    await this.#advance(limits.socket.silentAfterMs + limits.socket.sweepEveryMs);
    await this.#advance(limits.socket.sweepEveryMs);
    this.#model.sockets = this.#model.sockets.filter(({ isLost }) => !isLost);
    await this.check();
    for (const socket of this.#all) socket.close();
  }

  async #callParticipants(body: Record<string, unknown>): Promise<{ participantCount: number; lease?: string }> {
    const { status, content } = await call<{ participantCount: number; lease?: string }>(
      'POST',
      `/chat/${this.#link}/participants`,
      body,
    );
    expect(status).toBe(200);
    return content;
  }

  async #join(who: string): Promise<void> {
    if (who === 'visitor') {
      const { lease = '' } = await this.#callParticipants({ action: 'join' });
      this.#model.join(`lease ${lease}`, Date.now() + limits.lease.anonymousMs, lease);
    } else {
      await this.#callParticipants({ action: 'join', token: who });
      this.#model.join(who, Date.now() + limits.lease.personalMs);
    }
  }

  async #leave(who: string): Promise<void> {
    if (who === 'visitor') {
      await this.#callParticipants({ action: 'leave' });
      const oldest = this.#model.anonymous(0);
      if (oldest) this.#model.end(oldest.key);
    } else {
      await this.#callParticipants({ action: 'leave', token: who });
      this.#model.end(who);
    }
  }

  async #open(who: string | undefined, lease?: ModelLease): Promise<void> {
    const socket = await connect(this.#link);
    await socket.auth({ ...(who && { token: who, name: who }), ...(lease && { lease: lease.secret }) });
    this.#all.push(socket);
    this.#model.sockets.push({ key: who ?? lease?.key ?? `viewer ${this.#viewers++}`, socket, isLost: false });
  }

  /** Closes a socket, or loses it: it pings once and never again. */
  async #disconnect(place: number, how: 'close' | 'lose'): Promise<void> {
    const alive = this.#model.sockets.filter(({ isLost }) => !isLost);
    const lost = alive[place % Math.max(1, alive.length)];
    if (!lost) return;
    if (how === 'lose') {
      lost.socket.send('{"type":"ping"}');
      await lost.socket.next('pong');
      lost.isLost = true;
    } else {
      lost.socket.close();
      await lost.socket.closed;
      this.#model.sockets = this.#model.sockets.filter((other) => other !== lost);
    }
  }

  /** Advances the clock and then runs the alarms that are due, which may be late as on the platform. */
  async #advance(milliseconds: number): Promise<void> {
    setClock(Date.now() + milliseconds);
    const room = await roomObject(this.#link);
    for (let turn = 0; turn < 3; turn++) {
      const alarm = await alarmOf(this.#link);
      if (alarm === null || alarm > Date.now()) break;
      await runDurableObjectAlarm(room);
    }
    this.#model.expire(Date.now());
  }
}

it('the participant count equals the model’s', { timeout: 1_800_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const run = new Run(await makeRoom());
      for (const one of steps) {
        await run.runStep(one);
        await run.check();
      }
      await run.finish();
    }),
    { numRuns: runs },
  );
});
