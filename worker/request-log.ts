/**
 * Log lines and events for each request and each error of the Worker. They never contain the URL, because it can
 * contain links and tokens.
 */
import { endpoints } from '../shared/endpoints.ts';
import { recordEvent } from '../shared/events.ts';
import type { FailureCode } from '../shared/failures.ts';
import { errorFields, logLine } from '../shared/log-line.ts';

/** The loggable parts of a request and its response. */
export interface RequestLog {
  requestId: string;
  method: string;
  /** The pattern of the route, or `file`, or `none`. */
  route: string;
  statusCode: number;
  failure: FailureCode | undefined;
  /** Milliseconds until the response started. */
  ms: number;
}

/** Logs a request if `REQUEST_LOGS` is `on`, and records a failure or a created room as an event. */
export function logRequest({ REQUEST_LOGS, EVENTS }: Env, request: RequestLog): void {
  if (REQUEST_LOGS === 'on') console.log(logLine('request', { ...request }));
  const { failure, route, ms } = request;
  if (failure) recordEvent(EVENTS, 'refusal', { reason: failure, route, ms });
  else if (route === endpoints.createRoom.path) recordEvent(EVENTS, 'room_created', { route, ms });
}

/** Logs an error that was caught while a request was handled, and records it as an event. */
export function logError(
  { EVENTS }: Env,
  event: 'request_failed' | 'directory_failed',
  error: unknown,
  { requestId, route }: Pick<RequestLog, 'requestId' | 'route'>,
): void {
  console.error(logLine(event, { requestId, route, ...errorFields(error) }));
  recordEvent(EVENTS, 'error', { reason: event, route });
}
