/** A bound on the time that something may take. */

/** Does `work` after that many milliseconds; gives what calls it off. */
export type SetTimer = (milliseconds: number, work: () => void) => () => void;

/** By the platform's own timers. */
export const systemTimer: SetTimer = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

/** By its name a log tells that nothing was broken but slow. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Rejects when `work` takes longer than `milliseconds`; the work itself goes on. */
export async function withTimeout<T>(
  milliseconds: number,
  work: Promise<T>,
  setTimer: SetTimer = systemTimer,
): Promise<T> {
  let cancel: () => void = () => undefined;
  const timedOut = new Promise<never>((_, reject) => {
    cancel = setTimer(milliseconds, () => reject(new TimeoutError(`no answer within ${milliseconds} ms`)));
  });
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    cancel();
  }
}
