/** A bound on the time that something may take. */

/** Does `work` after that many milliseconds; gives what calls it off. */
export type After = (milliseconds: number, work: () => void) => () => void;

/** By the platform's own timers. */
export const after: After = (milliseconds, work) => {
  const timer = setTimeout(work, milliseconds);
  return () => clearTimeout(timer);
};

/** By its name a log tells that nothing was broken but slow. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Rejects when `work` takes longer than `milliseconds`; the work itself goes on. */
export async function within<T>(milliseconds: number, work: Promise<T>, timers: After = after): Promise<T> {
  let callOff: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    callOff = timers(milliseconds, () => reject(new TimeoutError(`no answer within ${milliseconds} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    callOff();
  }
}
