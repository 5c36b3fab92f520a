/** Questions to a room that are answered by a frame with the same `ref`. */
import type { ServerFrame } from '../../shared/frames.ts';
import { ApiError } from '../rest/api-error.ts';

interface PendingRequest {
  answer: Promise<ServerFrame>;
  resolve: (answer: ServerFrame) => void;
  reject: (reason: ApiError) => void;
}

/** An answer for which nobody has to wait: who has no use for it need not catch its refusal either. */
export function ignoreRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export class PendingRequests {
  readonly #pending = new Map<string, PendingRequest>();

  /** Waits for the answer to `ref`: it rejects with `ApiError` where the room refuses, or none can come any more. */
  waitFor(ref: string): Promise<ServerFrame> {
    const { answer } = this.#pending.get(ref) ?? this.#create(ref);
    return answer;
  }

  /** Whether an answer is waited for. */
  has(ref: string): boolean {
    return this.#pending.has(ref);
  }

  /** Takes a frame for the answer that it is, if it is one. */
  settle(frame: ServerFrame): void {
    const ref = 'ref' in frame ? String(frame.ref) : '';
    const request = this.#pending.get(ref);
    if (!request) return;
    this.#pending.delete(ref);
    if (frame.type === 'error') request.reject(new ApiError(frame.statusCode, frame.error, frame.retryAfter));
    else request.resolve(frame);
  }

  /** No answer can come any more: to one question, or to all. */
  fail(reason: string, ref?: string): void {
    const refs = ref === undefined ? [...this.#pending.keys()] : [ref];
    for (const one of refs) {
      this.#pending.get(one)?.reject(new ApiError(0, reason));
      this.#pending.delete(one);
    }
  }

  #create(ref: string): PendingRequest {
    let settlers: Omit<PendingRequest, 'answer'> | undefined;
    const answer = new Promise<ServerFrame>((resolve, reject) => {
      settlers = { resolve, reject };
    });
    const request = { answer: ignoreRejection(answer), ...settlers } as PendingRequest;
    this.#pending.set(ref, request);
    return request;
  }
}
