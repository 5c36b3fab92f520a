/** Questions to a room that are answered by a frame with the same `ref`. */
import type { ServerFrame } from '../shared/frames.ts';
import { ApiError } from './api-error.ts';

interface Ask {
  answer: Promise<ServerFrame>;
  resolve: (answer: ServerFrame) => void;
  reject: (reason: ApiError) => void;
}

/** An answer for which nobody has to wait: who has no use for it need not catch its refusal either. */
export function unawaited<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

export class Asks {
  readonly #open = new Map<string, Ask>();

  /** Waits for the answer to `ref`: it rejects with `ApiError` where the room refuses, or none can come any more. */
  expect(ref: string): Promise<ServerFrame> {
    const { answer } = this.#open.get(ref) ?? this.#begin(ref);
    return answer;
  }

  /** Whether an answer is waited for. */
  has(ref: string): boolean {
    return this.#open.has(ref);
  }

  /** Takes a frame for the answer that it is, if it is one. */
  hear(frame: ServerFrame): void {
    const ref = 'ref' in frame ? String(frame.ref) : '';
    const ask = this.#open.get(ref);
    if (!ask) return;
    this.#open.delete(ref);
    if (frame.type === 'error') ask.reject(new ApiError(frame.statusCode, frame.error, frame.retryAfter));
    else ask.resolve(frame);
  }

  /** No answer can come any more: to one question, or to all. */
  fail(reason: string, ref?: string): void {
    const refs = ref === undefined ? [...this.#open.keys()] : [ref];
    for (const one of refs) {
      this.#open.get(one)?.reject(new ApiError(0, reason));
      this.#open.delete(one);
    }
  }

  #begin(ref: string): Ask {
    let settle: Omit<Ask, 'answer'> | undefined;
    const answer = new Promise<ServerFrame>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const ask = { answer: unawaited(answer), ...settle } as Ask;
    this.#open.set(ref, ask);
    return ask;
  }
}
