/** The frame queue of a socket, with asynchronous handlers that the test completes. */
import { expect, it } from 'vitest';
import { FrameQueue } from '../../objects/chat-room/connections/frame-queue.ts';

/** Work that completes when `finish` is called, and then adds its name to `done`. */
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

it('runs work at once if no other work is queued', () => {
  const done: string[] = [];
  expect(new FrameQueue().run(aSocket(), () => void done.push('now'))).toBeUndefined();
  expect(done).toEqual(['now']);
});

it('runs the work of one socket in order, however long each takes, without delaying other sockets', async () => {
  const done: string[] = [];
  const queue = new FrameQueue();
  const [socket, other] = [aSocket(), aSocket()];
  const [first, third] = [slow('first', done), slow('third', done)];
  queue.run(socket, first.work);
  queue.run(socket, () => void done.push('second'));
  queue.run(socket, third.work);
  const last = queue.run(socket, () => void done.push('fourth'));
  queue.run(other, () => void done.push('other'));
  third.finish();
  await Promise.resolve();
  expect(done).toEqual(['other']);
  first.finish();
  await last;
  expect(done).toEqual(['other', 'first', 'second', 'third', 'fourth']);
  queue.run(socket, () => void done.push('at once'));
  expect(done.at(-1)).toBe('at once');
});

it('runs the next work after work that failed', async () => {
  const done: string[] = [];
  const queue = new FrameQueue();
  const socket = aSocket();
  const failed = queue.run(socket, () => Promise.reject(new Error('broken')));
  const next = queue.run(socket, () => void done.push('next'));
  await expect(failed).rejects.toThrow('broken');
  await next;
  expect(done).toEqual(['next']);
});
