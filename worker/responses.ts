/** JSON responses: the envelope, with its `statusCode` as the HTTP status. */
import { type Envelope, errorEnvelope } from '../shared/envelope.ts';
import type { Failure, FailureCode } from '../shared/failures.ts';

function envelopeResponse(envelope: Envelope, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(envelope), {
    status: envelope.statusCode,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  });
}

export function jsonResponse(statusCode: number, content: unknown, headers?: Record<string, string>): Response {
  return envelopeResponse({ statusCode, content }, headers);
}

/** The response to a failed call. Its failure code can be read with `failureOf`. */
export function errorResponse(failure: Failure, headers?: Record<string, string>): Response {
  const retryAfter = failure.retryAfter === undefined ? {} : { 'Retry-After': String(failure.retryAfter) };
  // Required by RFC 9110 §11.6.1. Browsers show no password prompt for this scheme.
  const challenge = failure.statusCode === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  const allHeaders = { 'Cache-Control': 'no-store', ...retryAfter, ...challenge, ...headers };
  return tagFailure(failure, envelopeResponse(errorEnvelope(failure), allHeaders));
}

const failureCodes = new WeakMap<Response, FailureCode>();

/** Attaches the failure code to a response for the log; the response itself has only the text. */
export function tagFailure({ code }: Failure, response: Response): Response {
  failureCodes.set(response, code);
  return response;
}

/** The failure code of a response, if it has one. */
export function failureOf(response: Response): FailureCode | undefined {
  return failureCodes.get(response);
}
