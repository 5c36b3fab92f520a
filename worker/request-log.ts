/** What is told of each request and each error of the Worker. The URL, in which links and tokens stand, never is. */
import { endpoints } from '../shared/endpoints.ts';
import { recordEvent } from '../shared/events.ts';
import type { FailureCode } from '../shared/failures.ts';
import { errorFields, logLine } from '../shared/log.ts';

/** A request and its answer, as far as they may be told. */
export interface RequestLog {
  requestId: string;
  method: string;
  /** The pattern of the route, or `file`, or `none`. */
  route: string;
  statusCode: number;
  /** Why it was refused, if it was. */
  failure: FailureCode | undefined;
  /** Milliseconds until the answer began. */
  ms: number;
}

/** Tells of a request, unless `REQUEST_LOGS` says not to, and counts what came of it. */
export function logRequest({ REQUEST_LOGS, EVENTS }: Env, request: RequestLog): void {
  if (REQUEST_LOGS === 'on') console.log(logLine('request', { ...request }));
  const { failure, route, ms } = request;
  if (failure) recordEvent(EVENTS, 'refusal', { reason: failure, route, ms });
  else if (route === endpoints.createRoom.path) recordEvent(EVENTS, 'room_created', { route, ms });
}

/** Tells of an error that was caught while a request was answered. */
export function logError(
  { EVENTS }: Env,
  event: 'request_failed' | 'directory_failed',
  error: unknown,
  { requestId, route }: Pick<RequestLog, 'requestId' | 'route'>,
): void {
  console.error(logLine(event, { requestId, route, ...errorFields(error) }));
  recordEvent(EVENTS, 'error', { reason: event, route });
}
