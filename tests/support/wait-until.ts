/** Waits for conditions by polling. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** Resolves once `holds` returns true, and rejects if it does not within `milliseconds`. */
export async function waitUntil(
  holds: () => boolean | undefined | Promise<boolean | undefined>,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until `read` returns the expected value, and otherwise fails with the last value. */
export async function expectEventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await waitUntil(async () => isDeepStrictEqual(await read(), expected)).catch(async () => {
    expect(await read()).toEqual(expected);
  });
}
