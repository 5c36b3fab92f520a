/** Waiting for what happens elsewhere. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** Resolves once `holds` is true; rejects when it is not within `milliseconds`. */
export async function until(
  holds: () => boolean | undefined | Promise<boolean | undefined>,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until what is read is as expected; where it does not become so, says what it was. */
export async function becomes<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await until(async () => isDeepStrictEqual(await read(), expected)).catch(async () => {
    expect(await read()).toEqual(expected);
  });
}
