/** Slow consumers: a socket that is sent much and sends nothing is closed before the runtime queues too much for it. */
import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { participantCount, roomObject } from '../support/pool/calls.ts';
import { joinRoom, openRoom, type TestSocket } from '../support/pool/sockets.ts';

const megabyte = 1_024 * 1_024;
/** 16,000 bytes: a message of the maximum length, in characters of four bytes. */
const text = '𠮷'.repeat(4_000);

let sent = 0;
/** Posts messages of so many bytes in total and waits until they are broadcast. */
async function post(writer: TestSocket, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= 16_000 * 10) {
    for (let turn = 0; turn < 10; turn++) {
      sent += 1;
      writer.send({ type: 'send', clientId: `${sent}`, text });
    }
    for (let turn = 0; turn < 10; turn++) await writer.next('message');
  }
}

/** Waits for the time in which a socket over the limit has to send a frame. */
const grace = () => new Promise((resolve) => setTimeout(resolve, limits.slowConsumerGraceMs + 50));

const bytesReceived = ({ received }: TestSocket) =>
  received.reduce((sum, frame) => sum + new TextEncoder().encode(JSON.stringify(frame)).length, 0);

/** The names of participants whose leaving a socket was sent. */
const namesLeft = ({ received }: TestSocket) =>
  received.flatMap((frame) => (frame.type === 'presence' ? (frame.left ?? []) : [])).map(({ name }) => name);

describe('a socket that was sent 8 MB and has sent no frame since', () => {
  it('is closed with 1001, and its leaving is broadcast', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(alice, 8.2 * megabyte);
    expect(await participantCount(link)).toBe(2);
    await grace();
    await post(alice, 0.2 * megabyte);
    expect(await bob.closed).toEqual({ code: 1001, reason: 'Connection timed out: No frames received' });
    expect(bytesReceived(bob)).toBeGreaterThan(8 * megabyte - 64 * 1_024);
    expect(bytesReceived(bob)).toBeLessThan(9 * megabyte);
    await expect.poll(() => namesLeft(alice)).toEqual(['bob']);
    expect(await participantCount(link)).toBe(1);
    const revs = alice.received.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs).toEqual(Array.from(revs, (_, index) => index + 1));
  });

  it('is closed even if the room hibernated in between', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    const room = await roomObject(link);
    for (let turn = 0; turn < 4; turn++) {
      await post(alice, 1.8 * megabyte);
      await evictDurableObject(room, { webSockets: 'hibernate' });
    }
    expect(await participantCount(link)).toBe(2);
    await post(alice, 1.8 * megabyte);
    await grace();
    await post(alice, 0.2 * megabyte);
    expect((await bob.closed).code).toBe(1001);
    expect(await participantCount(link)).toBe(1);
  });

  it('is closed if it is a viewer’s, one at a time or with others', async () => {
    const { link, alice } = await openRoom('alice');
    const viewers = [await joinRoom(link), await joinRoom(link, undefined, { batch: true })];
    await post(alice, 8.5 * megabyte);
    await grace();
    await post(alice, 0.5 * megabyte);
    for (const viewer of viewers) expect((await viewer.closed).code).toBe(1001);
    expect(await participantCount(link)).toBe(1);
  });
});

describe('a socket that was sent 8 MB at once', () => {
  it('stays open if it then sends a frame', async () => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(alice, 8.5 * megabyte);
    bob.send('{"type":"ping"}');
    await bob.next('pong');
    await grace();
    await post(alice, 0.5 * megabyte);
    expect(await participantCount(link)).toBe(2);
  });
});

describe('a socket that was sent more than 8 MB', () => {
  it.each([
    ['a frame', { type: 'ping', ref: 1 }, false],
    ['a frame, with the room hibernating', { type: 'ping', ref: 1 }, true],
    ['an automatic ping', '{"type":"ping"}', false],
    ['an automatic ping, with the room hibernating', '{"type":"ping"}', true],
  ])('stays open if it sent something in between: %s', async (_, frame, hibernates) => {
    const { link, alice, bob } = await openRoom('alice', 'bob');
    await post(alice, 5 * megabyte);
    const before = bob.received.length;
    bob.send(frame);
    while (bob.received.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    if (hibernates) await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    await post(alice, 5 * megabyte);
    await grace();
    await post(alice, 0.2 * megabyte);
    expect(await participantCount(link)).toBe(2);
    alice.send({ type: 'send', clientId: 'last', text: 'still there?' });
    for (;;) if ((await bob.next('message')).text === 'still there?') break;
  });
});
