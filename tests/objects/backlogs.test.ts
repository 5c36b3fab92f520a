/** Sockets that are sent much without a sign of life are closed before the runtime queues too much for them. */
import { evictDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import type { RoomView } from '../../shared/room.ts';
import { call, roomObject } from '../support/pool/calls.ts';
import { enter, openRoom, type TestSocket } from '../support/pool/sockets.ts';

const megabyte = 1_024 * 1_024;
/** 16,000 bytes, in the most that a message may have. */
const text = '𠮷'.repeat(4_000);

let sent = 0;
/** Posts so many bytes, and waits until they were broadcast. */
async function post(writer: TestSocket, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= 16_000 * 10) {
    for (let turn = 0; turn < 10; turn++) {
      sent += 1;
      writer.say({ type: 'send', clientId: `${sent}`, text });
    }
    for (let turn = 0; turn < 10; turn++) await writer.next('message');
  }
}

/** Waits as long as a socket has to answer. */
const grace = () => new Promise((resolve) => setTimeout(resolve, limits.slowConsumerGraceMs + 50));

const bytesHeard = ({ heard }: TestSocket) =>
  heard.reduce((sum, frame) => sum + new TextEncoder().encode(JSON.stringify(frame)).length, 0);

/** The names of those who left, as a socket received them. */
const leavers = ({ heard }: TestSocket) =>
  heard.flatMap((frame) => (frame.type === 'presence' ? (frame.left ?? []) : [])).map(({ name }) => name);

const countIn = async (link: string) => (await call<RoomView>('GET', `/chat/${link}`)).content.participantCount;

/**
 * One conversation for all cases, since 8 MB take a while. Alice posts 10 MB. Bob and the viewers never give a sign of
 * life; Carol does once more than 8 MB were sent to her; Dave and Erin do after half of it.
 */
describe.each([
  ['stays in memory', false],
  ['hibernates', true],
])('while the room %s, a socket', (_, hibernating) => {
  let link: string;
  let room: Record<'alice' | 'bob' | 'carol' | 'dave' | 'erin', TestSocket>;
  let viewers: TestSocket[];
  /** Participants once 8 MB were sent, after the time to answer, and at the end. */
  const counts: number[] = [];

  beforeAll(async () => {
    const opened = await openRoom('alice', 'bob', 'carol', 'dave', 'erin');
    ({ link } = opened);
    room = opened;
    const { alice, carol, dave, erin } = opened;
    viewers = [await enter(link), await enter(link, undefined, { batch: true })];
    const hibernate = async () => {
      if (hibernating) await evictDurableObject(await roomObject(link), { webSockets: 'hibernate' });
    };
    await post(alice, 1.8 * megabyte);
    await hibernate();
    await post(alice, 1.8 * megabyte);
    await hibernate();
    await post(alice, 1.2 * megabyte);
    dave.say({ type: 'ping', ref: 1 });
    await dave.next('pong');
    erin.say('{"type":"ping"}');
    await erin.next('pong');
    await hibernate();
    await post(alice, 1.8 * megabyte);
    await hibernate();
    await post(alice, 1.5 * megabyte);
    counts.push(await countIn(link));
    carol.say('{"type":"ping"}');
    await carol.next('pong');
    await grace();
    await post(alice, 0.2 * megabyte);
    for (const socket of [opened.bob, ...viewers]) await socket.closed;
    counts.push(await countIn(link));
    await post(alice, 1.6 * megabyte);
    await grace();
    await post(alice, 0.2 * megabyte);
    counts.push(await countIn(link));
    alice.say({ type: 'send', clientId: 'last', text: 'still there?' });
  }, 180_000);

  async function hearsTheLast(socket: TestSocket): Promise<void> {
    for (;;) if ((await socket.next('message')).text === 'still there?') return;
  }

  it('that was sent 8 MB without a sign of life is closed to come back', async () => {
    const { bob } = room;
    expect(await bob.closed).toEqual({ code: 1001, reason: 'Connection timed out: No frames received' });
    expect(bytesHeard(bob)).toBeGreaterThan(8 * megabyte - 64 * 1_024);
    expect(bytesHeard(bob)).toBeLessThan(9 * megabyte);
  });

  it('that is closed leaves, the others are told, and they miss nothing', async () => {
    const { alice } = room;
    await expect.poll(() => leavers(alice)).toEqual(['bob']);
    expect(counts).toEqual([7, 4, 4]);
    const revs = alice.heard.flatMap((frame) => (frame.type === 'message' ? frame.rev : []));
    expect(revs).toEqual(Array.from(revs, (_rev, index) => index + 1));
  });

  it('of a viewer is closed, too, and one of many at a time', async () => {
    for (const viewer of viewers) expect((await viewer.closed).code).toBe(1001);
  });

  it('that was sent much in one go stays when it answers then', async () => {
    await hearsTheLast(room.carol);
  });

  it.each([
    ['a frame', 'dave'],
    ['an automatic ping', 'erin'],
  ] as const)('stays, however much it is sent, that gives a sign of life meanwhile: %s', async (_sign, name) => {
    await hearsTheLast(room[name]);
    expect(bytesHeard(room[name])).toBeGreaterThan(10 * megabyte);
  });
});
