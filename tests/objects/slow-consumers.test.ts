/** Slow consumers: a socket that is sent much and sends nothing is closed before the runtime queues too much for it. */
import { evictDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
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
const grace = () => new Promise((resolve) => setTimeout(resolve, limits.socket.slowConsumerGraceMs + 50));

const bytesReceived = ({ received }: TestSocket) =>
  received.reduce((sum, frame) => sum + new TextEncoder().encode(JSON.stringify(frame)).length, 0);

/** The names of participants whose leaving a socket was sent. */
const namesLeft = ({ received }: TestSocket) =>
  received.flatMap((frame) => (frame.type === 'presence' ? (frame.left ?? []) : [])).map(({ name }) => name);

/**
 * One conversation for all cases, because 8 MB take a while. Alice posts 10 MB. Bob and the viewers never send a frame;
 * Carol sends one after more than 8 MB were sent to her; Dave and Erin send one after half of it.
 */
describe.each([
  ['stays in memory', false],
  ['hibernates', true],
])('while the room %s, a socket', (_, hibernating) => {
  let link: string;
  let room: Record<'alice' | 'bob' | 'carol' | 'dave' | 'erin', TestSocket>;
  let viewers: TestSocket[];
  /** Participants after 8 MB, after the grace period, and at the end. */
  const counts: number[] = [];

  beforeAll(async () => {
    const opened = await openRoom('alice', 'bob', 'carol', 'dave', 'erin');
    ({ link } = opened);
    room = opened;
    const { alice, carol, dave, erin } = opened;
    viewers = [await joinRoom(link), await joinRoom(link, undefined, { batch: true })];
    const hibernate = async () => {
      if (hibernating) await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    };
    await post(alice, 1.8 * megabyte);
    await hibernate();
    await post(alice, 1.8 * megabyte);
    await hibernate();
    await post(alice, 1.2 * megabyte);
    dave.send({ type: 'ping', ref: 1 });
    await dave.next('pong');
    erin.send('{"type":"ping"}');
    await erin.next('pong');
    await hibernate();
    await post(alice, 1.8 * megabyte);
    await hibernate();
    await post(alice, 1.5 * megabyte);
    counts.push(await participantCount(link));
    carol.send('{"type":"ping"}');
    await carol.next('pong');
    await grace();
    await post(alice, 0.2 * megabyte);
    for (const socket of [opened.bob, ...viewers]) await socket.closed;
    counts.push(await participantCount(link));
    await post(alice, 1.6 * megabyte);
    await grace();
    await post(alice, 0.2 * megabyte);
    counts.push(await participantCount(link));
    alice.send({ type: 'send', clientId: 'last', text: 'still there?' });
  }, 180_000);

  async function receivesLastMessage(socket: TestSocket): Promise<void> {
    for (;;) if ((await socket.next('message')).text === 'still there?') return;
  }

  it('that was sent 8 MB and sent no frame is closed with a code to reconnect', async () => {
    const { bob } = room;
    expect(await bob.closed).toEqual({ code: 1001, reason: 'Connection timed out: No frames received' });
    expect(bytesReceived(bob)).toBeGreaterThan(8 * megabyte - 64 * 1_024);
    expect(bytesReceived(bob)).toBeLessThan(9 * megabyte);
  });

  it('that is closed leaves, its leaving is broadcast, and the others miss no message', async () => {
    const { alice } = room;
    await expect.poll(() => namesLeft(alice)).toEqual(['bob']);
    expect(counts).toEqual([7, 4, 4]);
    const revs = alice.received.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs).toEqual(Array.from(revs, (_rev, index) => index + 1));
  });

  it('of a viewer is closed too, one at a time or with others', async () => {
    for (const viewer of viewers) expect((await viewer.closed).code).toBe(1001);
  });

  it('that was sent 8 MB at once stays open if it then sends a frame', async () => {
    await receivesLastMessage(room.carol);
  });

  it.each([
    ['a frame', 'dave'],
    ['an automatic ping', 'erin'],
  ] as const)('that was sent more than 8 MB stays open if it sent something in between: %s', async (_sign, name) => {
    await receivesLastMessage(room[name]);
    expect(bytesReceived(room[name])).toBeGreaterThan(10 * megabyte);
  });
});
