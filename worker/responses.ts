/** Every JSON answer of the service: the envelope, with the HTTP status equal to its `statusCode`. */
import { type Envelope, errorEnvelope } from '../shared/envelope.ts';
import type { Failure, FailureCode } from '../shared/failures.ts';

function envelopeResponse(envelope: Envelope, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(envelope), {
    status: envelope.statusCode,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

/** The answer of a success. */
export function jsonResponse(statusCode: number, content: unknown, headers?: Record<string, string>): Response {
  return envelopeResponse({ statusCode, content }, headers);
}

/** The answer of a refusal. */
export function errorResponse(failure: Failure, headers?: Record<string, string>): Response {
  const retryAfter = failure.retryAfter === undefined ? {} : { 'Retry-After': String(failure.retryAfter) };
  // As RFC 9110 §11.6.1 wants it; browsers ask nobody for a bearer token.
  const challenge = failure.statusCode === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  const allHeaders = { 'Cache-Control': 'no-store', ...retryAfter, ...challenge, ...headers };
  return tagFailure(failure, envelopeResponse(errorEnvelope(failure), allHeaders));
}

const failureCodes = new WeakMap<Response, FailureCode>();

/** Notes why an answer is a refusal, for whoever tells of it: the answer itself has the text only. */
export function tagFailure({ code }: Failure, response: Response): Response {
  failureCodes.set(response, code);
  return response;
}

/** Why an answer is a refusal; undefined where it is none. */
export function failureOf(response: Response): FailureCode | undefined {
  return failureCodes.get(response);
}
