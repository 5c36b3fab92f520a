/** Waiting for what happens elsewhere. */

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
