/** Every JSON answer of the service: the envelope, with the HTTP status equal to its `statusCode`. */
import { type Envelope, refusal } from '../shared/envelope.ts';
import type { Failure, FailureCode } from '../shared/failures.ts';

function answer(envelope: Envelope, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(envelope), {
    status: envelope.statusCode,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

/** The answer of a success. */
export function succeed(statusCode: number, content: unknown, headers?: Record<string, string>): Response {
  return answer({ statusCode, content }, headers);
}

/** The answer of a refusal. */
export function refuse(failure: Failure, headers?: Record<string, string>): Response {
  const retryAfter = failure.retryAfter === undefined ? {} : { 'Retry-After': String(failure.retryAfter) };
  // As RFC 9110 §11.6.1 wants it; browsers ask nobody for a bearer token.
  const scheme = failure.statusCode === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  const more = { 'Cache-Control': 'no-store', ...retryAfter, ...scheme, ...headers };
  return refusing(failure, answer(refusal(failure), more));
}

const reasons = new WeakMap<Response, FailureCode>();

/** Notes why an answer is a refusal, for whoever tells of it: the answer itself has the text only. */
export function refusing({ code }: Failure, response: Response): Response {
  reasons.set(response, code);
  return response;
}

/** Why an answer is a refusal; undefined where it is none. */
export function reasonOf(response: Response): FailureCode | undefined {
  return reasons.get(response);
}
