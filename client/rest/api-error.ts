/** A refusal by the service, over REST or the socket, or a missing response (`statusCode` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;
  /** Seconds after which the same call may succeed; undefined if a retry cannot succeed or the service sent no time. */
  readonly retryAfter: number | undefined;

  constructor(statusCode: number, text: string, retryAfter?: number, options?: ErrorOptions) {
    super(text, options);
    this.statusCode = statusCode;
    this.retryAfter = retryAfter;
  }
}
