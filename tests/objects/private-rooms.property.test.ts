/** Whatever happens to the lock of a room: in it is who came by the key that it has, and the count is of them. */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RoomView } from '../../shared/room.ts';
import { adminToken, call, makeRoom, roomObject } from '../support/pool/calls.ts';
import { connect, type TestSocket } from '../support/pool/sockets.ts';

const key = fc.constantFrom('first key', 'second key');
const who = fc.nat(2);

const step = fc.oneof(
  fc.record({ does: fc.constant('lock' as const), key }),
  fc.record({ does: fc.constant('open' as const) }),
  fc.record({ does: fc.constant('enter' as const), who, key: fc.option(key), isAdmin: fc.boolean() }),
  fc.record({ does: fc.constant('lease' as const), who, key: fc.option(key), isAdmin: fc.boolean() }),
  fc.record({ does: fc.constant('sleep' as const) }),
);

interface Inside {
  id: string;
  isAdmin: boolean;
  socket?: TestSocket;
}

/** A room as it should be. */
class Played {
  readonly link: string;
  lock: string | undefined;
  inside: Inside[] = [];

  constructor(link: string) {
    this.link = link;
  }

  async turn(next: string | undefined): Promise<void> {
    const content = next === undefined ? { private: false } : { joinKey: next };
    await call('PUT', '/chat/update', { token: adminToken, link: this.link, content });
    if (next !== undefined && next !== this.lock) {
      const out = this.inside.filter(({ isAdmin }) => !isAdmin);
      for (const { socket } of out) if (socket) expect((await socket.closed).code).toBe(4403);
      this.inside = this.inside.filter(({ isAdmin }) => isAdmin);
    }
    this.lock = next;
  }

  async come(by: 'enter' | 'lease', number: number, shown: string | null, isAdmin: boolean): Promise<void> {
    const id = `${isAdmin ? 'chair' : 'guest'}-${number}`;
    const credentials = { token: id, ...(isAdmin ? { adminToken } : { joinKey: shown }) };
    const mayCome = isAdmin || this.lock === undefined || shown === this.lock;
    if (by === 'lease') {
      const body = { action: 'join', ...credentials };
      const { status } = await call('POST', `/chat/${this.link}/participants`, body);
      expect(status).toBe(mayCome ? 200 : 403);
      if (mayCome) this.inside.push({ id, isAdmin });
      return;
    }
    const socket = await connect(this.link);
    socket.say({ type: 'auth', ...credentials });
    expect((await socket.nextOf(['ready', 'error'])).type).toBe(mayCome ? 'ready' : 'error');
    if (mayCome) this.inside.push({ id, isAdmin, socket });
  }

  async check(): Promise<void> {
    const { content } = await call<RoomView>('GET', `/chat/${this.link}?token=${adminToken}`);
    expect(content.participantCount).toBe(new Set(this.inside.map(({ id }) => id)).size);
    expect(content.isPrivate).toBe(this.lock === undefined ? undefined : true);
  }
}

it('holds for every order of locking, opening, coming in and sleeping', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const room = new Played(await makeRoom());
      for (const one of steps) {
        if (one.does === 'lock') await room.turn(one.key);
        else if (one.does === 'open') await room.turn(undefined);
        else if (one.does === 'sleep') {
          await evictDurableObject(await roomObject(room.link), { webSockets: 'hibernate' });
        } else await room.come(one.does, one.who, one.key, one.isAdmin);
        await room.check();
      }
      for (const { socket } of room.inside) socket?.close();
    }),
    { numRuns: Number(env.PROPERTY_RUNS) || 100 },
  );
});
