/** Random changes of a room's join key: only participants with the current key are present and counted. */
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
  fc.record({ does: fc.constant('setKey' as const), key }),
  fc.record({ does: fc.constant('makePublic' as const) }),
  fc.record({ does: fc.constant('connect' as const), who, key: fc.option(key), isAdmin: fc.boolean() }),
  fc.record({ does: fc.constant('lease' as const), who, key: fc.option(key), isAdmin: fc.boolean() }),
  fc.record({ does: fc.constant('hibernate' as const) }),
);

interface Present {
  id: string;
  isAdmin: boolean;
  socket?: TestSocket;
}

/** A room and the model of who is in it. */
class Model {
  readonly link: string;
  joinKey: string | undefined;
  present: Present[] = [];

  constructor(link: string) {
    this.link = link;
  }

  async setKey(next: string | undefined): Promise<void> {
    const content = next === undefined ? { private: false } : { joinKey: next };
    await call('PUT', '/chat/update', { token: adminToken, link: this.link, content });
    if (next !== undefined && next !== this.joinKey) {
      const evicted = this.present.filter(({ isAdmin }) => !isAdmin);
      for (const { socket } of evicted) if (socket) expect((await socket.closed).code).toBe(4403);
      this.present = this.present.filter(({ isAdmin }) => isAdmin);
    }
    this.joinKey = next;
  }

  async enter(by: 'connect' | 'lease', number: number, key: string | null, isAdmin: boolean): Promise<void> {
    const id = `${isAdmin ? 'chair' : 'guest'}-${number}`;
    const credentials = { token: id, ...(isAdmin ? { adminToken } : { joinKey: key }) };
    const hasAccess = isAdmin || this.joinKey === undefined || key === this.joinKey;
    if (by === 'lease') {
      const body = { action: 'join', ...credentials };
      const { status } = await call('POST', `/chat/${this.link}/participants`, body);
      expect(status).toBe(hasAccess ? 200 : 403);
      if (hasAccess) this.present.push({ id, isAdmin });
      return;
    }
    const socket = await connect(this.link);
    socket.send({ type: 'auth', ...credentials });
    expect((await socket.nextOf(['ready', 'error'])).type).toBe(hasAccess ? 'ready' : 'error');
    if (hasAccess) this.present.push({ id, isAdmin, socket });
  }

  async check(): Promise<void> {
    const { content } = await call<RoomView>('GET', `/chat/${this.link}?token=${adminToken}`);
    expect(content.participantCount).toBe(new Set(this.present.map(({ id }) => id)).size);
    expect(content.isPrivate).toBe(this.joinKey === undefined ? undefined : true);
  }
}

it('only participants with the current key are present, for every order of key changes, joins and hibernation', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const room = new Model(await makeRoom());
      for (const one of steps) {
        if (one.does === 'setKey') await room.setKey(one.key);
        else if (one.does === 'makePublic') await room.setKey(undefined);
        else if (one.does === 'hibernate') {
          await evictDurableObject(await roomObject(room.link), { webSockets: 'hibernate' });
        } else await room.enter(one.does, one.who, one.key, one.isAdmin);
        await room.check();
      }
      for (const { socket } of room.present) socket?.close();
    }),
    { numRuns: Number(env.PROPERTY_RUNS) || 100 },
  );
});
