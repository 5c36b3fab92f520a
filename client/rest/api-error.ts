/** How a refusal is told, over REST and the socket alike. */

/** A refusal of the service, or no answer at all (`statusCode` 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter: number | undefined;

  constructor(statusCode: number, text: string, retryAfter?: number, options?: ErrorOptions) {
    super(text, options);
    this.statusCode = statusCode;
    this.retryAfter = retryAfter;
  }
}
