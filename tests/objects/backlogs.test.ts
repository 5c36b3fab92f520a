/** Sockets that are sent much and say nothing: closed before the runtime has queued too much for them. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import type { RoomView } from '../../shared/room.ts';
import { call, roomObject } from '../support/pool/calls.ts';
import { enter, openRoom, type TestSocket } from '../support/pool/sockets.ts';

const megabyte = 1_024 * 1_024;
/** 16,000 bytes, in the most that a message may have. */
const text = '𠮷'.repeat(4_000);

let sent = 0;
/** Lets somebody post so much, and waits until it was broadcast. */
async function post(writer: TestSocket, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= 16_000 * 10) {
    for (let turn = 0; turn < 10; turn++) {
      sent += 1;
      writer.say({ type: 'send', clientId: `${sent}`, text });
    }
    for (let turn = 0; turn < 10; turn++) await writer.next('message');
  }
}

/** Lets the time pass that a socket has to answer. */
const grace = () => new Promise((resolve) => setTimeout(resolve, limits.slowConsumerGraceMs + 50));

const bytesHeard = ({ heard }: TestSocket) =>
  heard.reduce((sum, frame) => sum + new TextEncoder().encode(JSON.stringify(frame)).length, 0);

/** Who left, as somebody was told. */
const leavers = ({ heard }: TestSocket) =>
  heard.flatMap((frame) => (frame.type === 'presence' ? (frame.left ?? []) : [])).map(({ name }) => name);

const countIn = async (link: string) => (await call<RoomView>('GET', `/chat/${link}`)).content.participantCount;

describe('a socket that was sent 8 MB without a sign of life', () => {
  it('is closed to come back, and the others hear that it left', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(alice, 8.2 * megabyte);
    expect(await countIn(link)).toBe(2);
    await grace();
    await post(alice, 0.2 * megabyte);
    expect(await bob.closed).toEqual({ code: 1001, reason: 'Connection timed out: No frames received' });
    expect(bytesHeard(bob)).toBeGreaterThan(8 * megabyte - 64 * 1_024);
    expect(bytesHeard(bob)).toBeLessThan(9 * megabyte);
    await expect.poll(() => leavers(alice)).toEqual(['bob']);
    expect(await countIn(link)).toBe(1);
    const revs = alice.heard.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs).toEqual(Array.from(revs, (_, index) => index + 1));
  });

  it('is closed although the room hibernated meanwhile', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const room = await roomObject(link);
    for (let turn = 0; turn < 4; turn++) {
      await post(alice, 1.8 * megabyte);
      await evictDurableObject(room, { webSockets: 'hibernate' });
    }
    expect(await countIn(link)).toBe(2);
    await post(alice, 1.8 * megabyte);
    await grace();
    await post(alice, 0.2 * megabyte);
    expect((await bob.closed).code).toBe(1001);
    expect(await countIn(link)).toBe(1);
  });

  it('as a viewer is closed, too, and one of many at a time', async () => {
    const { link, alice } = await openRoom('alice');
    const viewers = [await enter(link), await enter(link, undefined, { batch: true })];
    await post(alice, 8.5 * megabyte);
    await grace();
    await post(alice, 0.5 * megabyte);
    for (const viewer of viewers) expect((await viewer.closed).code).toBe(1001);
    expect(await countIn(link)).toBe(1);
  });
});

describe('a socket that was sent much in one go', () => {
  it('stays when it answers then', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(alice, 8.5 * megabyte);
    bob.say('{"type":"ping"}');
    await bob.next('pong');
    await grace();
    await post(alice, 0.5 * megabyte);
    expect(await countIn(link)).toBe(2);
  });
});

describe('a socket stays, however much it is sent,', () => {
  it.each([
    ['a frame', { type: 'ping', ref: 1 }, false],
    ['a frame, with the room hibernating', { type: 'ping', ref: 1 }, true],
    ['an automatic ping', '{"type":"ping"}', false],
    ['an automatic ping, with the room hibernating', '{"type":"ping"}', true],
  ])('that gives a sign of life meanwhile: %s', async (_, sign, hibernating) => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(alice, 5 * megabyte);
    const before = bob.heard.length;
    bob.say(sign);
    while (bob.heard.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    if (hibernating) await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    await post(alice, 5 * megabyte);
    await grace();
    await post(alice, 0.2 * megabyte);
    expect(await countIn(link)).toBe(2);
    alice.say({ type: 'send', clientId: 'last', text: 'still there?' });
    for (;;) if ((await bob.next('message')).text === 'still there?') break;
  });
});
