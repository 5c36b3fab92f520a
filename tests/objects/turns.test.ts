/** The turns of a socket, with work that ends when the test says so. */
import { expect, it } from 'vitest';
import { FrameQueue } from '../../objects/chat-room/connections/frame-queue.ts';

/** Work that ends on command, and a note of when it was done. */
function slow(name: string, done: string[]): { work: () => Promise<void>; finish: () => void } {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const work = async () => {
    await finished;
    done.push(name);
  };
  return { work, finish };
}

const aSocket = () => new WebSocketPair()[0];

it('does at once what has nothing to wait for', () => {
  const done: string[] = [];
  expect(new FrameQueue().run(aSocket(), () => void done.push('now'))).toBeUndefined();
  expect(done).toEqual(['now']);
});

it('keeps the order of a socket, whatever takes how long, and lets other sockets pass', async () => {
  const done: string[] = [];
  const turns = new FrameQueue();
  const [socket, other] = [aSocket(), aSocket()];
  const [first, third] = [slow('first', done), slow('third', done)];
  turns.run(socket, first.work);
  turns.run(socket, () => void done.push('second'));
  turns.run(socket, third.work);
  const last = turns.run(socket, () => void done.push('fourth'));
  turns.run(other, () => void done.push('other'));
  third.finish();
  await Promise.resolve();
  expect(done).toEqual(['other']);
  first.finish();
  await last;
  expect(done).toEqual(['other', 'first', 'second', 'third', 'fourth']);
  turns.run(socket, () => void done.push('at once again'));
  expect(done.at(-1)).toBe('at once again');
});

it('goes on after work that failed', async () => {
  const done: string[] = [];
  const turns = new FrameQueue();
  const socket = aSocket();
  const failed = turns.run(socket, () => Promise.reject(new Error('broken')));
  const next = turns.run(socket, () => void done.push('next'));
  await expect(failed).rejects.toThrow('broken');
  await next;
  expect(done).toEqual(['next']);
});
