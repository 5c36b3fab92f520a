/** Timeouts for promises. */

/** Calls `callback` after the given time. @returns a function that cancels the timer */
export type SetTimer = (milliseconds: number, callback: () => void) => () => void;

export const systemTimer: SetTimer = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

/** Has a name of its own, so that the log distinguishes slow calls from failed ones. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Rejects with `TimeoutError` if `work` takes longer than `milliseconds`. The work itself is not cancelled. */
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
