/** Requests to a room that wait for the frame with the same `ref`. */
import type { ServerFrame } from '../../shared/server-frames.ts';
import { ApiError } from '../rest/api-error.ts';

interface PendingRequest {
  reply: Promise<ServerFrame>;
  resolve: (reply: ServerFrame) => void;
  reject: (reason: ApiError) => void;
}

/** @returns the same promise, whose rejection is not reported as unhandled if the caller ignores it */
export function ignoreRejection<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export class PendingRequests {
  readonly #pending = new Map<string, PendingRequest>();

  /** @returns the reply to `ref`; it rejects with `ApiError` if the room refuses the request, or after `fail` */
  waitFor(ref: string): Promise<ServerFrame> {
    const { reply } = this.#pending.get(ref) ?? this.#create(ref);
    return reply;
  }

  /** Whether the reply to `ref` is still missing. */
  has(ref: string): boolean {
    return this.#pending.has(ref);
  }

  /** Settles the request that a frame replies to, if there is one. */
  settle(frame: ServerFrame): void {
    const ref = 'ref' in frame ? String(frame.ref) : '';
    const request = this.#pending.get(ref);
    if (!request) return;
    this.#pending.delete(ref);
    if (frame.type === 'error') request.reject(new ApiError(frame.statusCode, frame.error, frame.retryAfter));
    else request.resolve(frame);
  }

  /** Rejects one request, or all, with `ApiError` 0, because no reply can arrive. */
  fail(reason: string, ref?: string): void {
    const refs = ref === undefined ? [...this.#pending.keys()] : [ref];
    for (const one of refs) {
      this.#pending.get(one)?.reject(new ApiError(0, reason));
      this.#pending.delete(one);
    }
  }

  #create(ref: string): PendingRequest {
    let settlers: Omit<PendingRequest, 'reply'> | undefined;
    const reply = new Promise<ServerFrame>((resolve, reject) => {
      settlers = { resolve, reject };
    });
    const request = { reply: ignoreRejection(reply), ...settlers } as PendingRequest;
    this.#pending.set(ref, request);
    return request;
  }
}
