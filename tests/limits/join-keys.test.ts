/** Guesses at the key of a private room get an address nowhere, and hinder nobody else. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { freshAddress, from, makeRoomElsewhere } from '../support/pool/addresses.ts';
import { adminToken, call } from '../support/pool/calls.ts';
import { setClock } from '../support/pool/clock.ts';
import { connect } from '../support/pool/sockets.ts';

const joinKey = 'correct horse';

// The clock stands still: nothing is given back while a test runs, however long it takes.
beforeEach(() => setClock(Date.now()));
afterEach(() => vi.useRealTimers());

async function makePrivateRoomElsewhere(): Promise<string> {
  const link = await makeRoomElsewhere();
  const body = { token: adminToken, link, content: { joinKey } };
  expect((await call('PUT', '/chat/update', body, from(freshAddress()))).status).toBe(200);
  return link;
}

/** The ways in which a key can be shown; each gives the status of the answer. */
const ways: Record<string, (link: string, key: string, address: string) => Promise<number>> = {
  header: async (link, key, address) =>
    (await call('GET', `/chat/${link}`, undefined, from(address, { 'X-Join-Key': key }))).status,
  body: async (link, key, address) =>
    (await call('POST', `/chat/${link}/participants`, { action: 'leave', joinKey: key }, from(address))).status,
  auth: async (link, key, address) => {
    const socket = await connect(link, from(address));
    socket.say({ type: 'auth', joinKey: key });
    return (await socket.nextOf(['ready', 'error'])).type === 'ready' ? 200 : (await socket.closed).code;
  },
  'admin token on a read': async (link, key, address) =>
    (await call('GET', `/chat/${link}/messages`, undefined, from(address, { Authorization: `Bearer ${key}` }))).status,
};

const refusedStatuses = [429, 4429];

describe.each(Object.entries(ways))('by %s', (way, guess) => {
  it('an address is not heard after sixty wrong keys, not even with the right one', { timeout: 60_000 }, async () => {
    const link = await makePrivateRoomElsewhere();
    const address = freshAddress();
    const statuses: number[] = [];
    for (let turn = 0; turn < 80; turn++) statuses.push(await guess(link, `wrong-key-${turn}`, address));
    const heard = statuses.filter((status) => !refusedStatuses.includes(status));
    expect(new Set(heard)).toEqual(new Set([way === 'auth' ? 4403 : 403]));
    expect(heard.length).toBeGreaterThanOrEqual(limits.guessesPerMinute);
    expect(heard.length).toBeLessThan(80);
    const right = way === 'admin token on a read' ? adminToken : joinKey;
    expect(refusedStatuses).toContain(await guess(link, right, address));
    expect(await guess(link, right, freshAddress())).toBe(200);
  });
});

it('the right key costs nothing, nor does none at all', async () => {
  const link = await makePrivateRoomElsewhere();
  const address = freshAddress();
  for (let turn = 0; turn < 100; turn++) {
    expect((await call('GET', `/chat/${link}`, undefined, from(address))).status).toBe(403);
    expect(await ways.header?.(link, joinKey, address)).toBe(200);
  }
});
