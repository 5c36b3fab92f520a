/** The limit on wrong join keys: an address is blocked after too many, and other addresses are not affected. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { freshAddress, from, makeRoomElsewhere } from '../support/pool/addresses.ts';
import { adminToken, call } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { connect } from '../support/pool/sockets.ts';

const joinKey = 'correct horse';

// A fixed clock: no limit refills while a test runs, however long it takes.
beforeEach(() => setClock(Date.now()));
afterEach(() => vi.useRealTimers());

async function makePrivateRoomElsewhere(): Promise<string> {
  const link = await makeRoomElsewhere();
  const body = { token: adminToken, link, content: { joinKey } };
  expect((await call('PUT', '/chat/update', body, from(freshAddress()))).status).toBe(200);
  return link;
}

/** The calls that accept a key. @returns the status, or the close code of a socket */
const ways: Record<string, (link: string, key: string, address: string) => Promise<number>> = {
  header: async (link, key, address) =>
    (await call('GET', `/chat/${link}`, undefined, from(address, { 'X-Join-Key': key }))).status,
  body: async (link, key, address) =>
    (await call('POST', `/chat/${link}/participants`, { action: 'leave', joinKey: key }, from(address))).status,
  auth: async (link, key, address) => {
    const socket = await connect(link, from(address));
    socket.send({ type: 'auth', joinKey: key });
    return (await socket.nextOf(['ready', 'error'])).type === 'ready' ? 200 : (await socket.closed).code;
  },
  'admin token on a read': async (link, key, address) =>
    (await call('GET', `/chat/${link}/messages`, undefined, from(address, { Authorization: `Bearer ${key}` }))).status,
};

const refusedStatuses = [429, 4429];

describe.each(Object.entries(ways))('with %s', (way, guess) => {
  it('an address is blocked after sixty wrong keys, even with the correct one', { timeout: 60_000 }, async () => {
    const link = await makePrivateRoomElsewhere();
    const address = freshAddress();
    const statuses: number[] = [];
    for (let turn = 0; turn < 80; turn++) statuses.push(await guess(link, `wrong-key-${turn}`, address));
    const checked = statuses.filter((status) => !refusedStatuses.includes(status));
    expect(new Set(checked)).toEqual(new Set([way === 'auth' ? 4403 : 403]));
    expect(checked.length).toBeGreaterThanOrEqual(limits.rate.guessesPerMinute);
    expect(checked.length).toBeLessThan(80);
    const right = way === 'admin token on a read' ? adminToken : joinKey;
    expect(refusedStatuses).toContain(await guess(link, right, address));
    expect(await guess(link, right, freshAddress())).toBe(200);
  });
});

it('a correct key does not count, nor does a call without a key', async () => {
  const link = await makePrivateRoomElsewhere();
  const address = freshAddress();
  for (let turn = 0; turn < 100; turn++) {
    expect((await call('GET', `/chat/${link}`, undefined, from(address))).status).toBe(403);
    expect(await ways.header?.(link, joinKey, address)).toBe(200);
  }
});
