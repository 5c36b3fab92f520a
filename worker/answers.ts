/** Every JSON answer of the service: the envelope, with the HTTP status equal to its `statusCode`. */
import { type Envelope, refusal } from '../shared/envelope.ts';
import type { Failure } from '../shared/failures.ts';

function answer(envelope: Envelope, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(envelope), {
    status: envelope.statusCode,
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...headers },
  });
}

/** The answer of a success. */
export function succeed(statusCode: number, content: unknown, headers?: Record<string, string>): Response {
  return answer({ statusCode, content }, headers);
}

/** The answer of a refusal. */
export function refuse(failure: Failure, headers?: Record<string, string>): Response {
  const retryAfter = failure.retryAfter === undefined ? {} : { 'Retry-After': String(failure.retryAfter) };
  return answer(refusal(failure), { 'Cache-Control': 'no-store', ...retryAfter, ...headers });
}
