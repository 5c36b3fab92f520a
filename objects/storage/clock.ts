/** Time and chance, which come in from outside so that a test can say what they are. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Does `work` after that many milliseconds, if the object still lives.
   * @returns what calls it off
   */
  after(milliseconds: number, work: () => void): () => void;
  /** At least 0 and less than 1. */
  random(): number;
}

/** The runtime's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Rejects when `work` takes longer than `milliseconds`; the work itself goes on. */
export async function within<T>(clock: Clock, milliseconds: number, work: Promise<T>): Promise<T> {
  let callOff: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    callOff = clock.after(milliseconds, () => reject(new Error(`no answer within ${milliseconds} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    callOff();
  }
}
