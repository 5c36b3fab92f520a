/**
 * Events for metrics, recorded if the service has an Analytics Engine binding. Like log lines, they never contain user
 * input.
 */

export type EventName = 'room_created' | 'refusal' | 'error';

export interface EventDetails {
  /** The failure code of a refusal, or the event name of the log line of an error. */
  reason?: string | undefined;
  /** The pattern of the route. */
  route?: string | undefined;
  /** Milliseconds until the response started. */
  ms?: number | undefined;
}

/** The used part of `AnalyticsEngineDataset`. */
export interface EventSink {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** Records an event. Blobs: name, reason, route; doubles: 1, milliseconds. Never throws. */
export function recordEvent(
  sink: EventSink | undefined,
  event: EventName,
  { reason = '', route = '', ms = 0 }: EventDetails = {},
): void {
  try {
    sink?.writeDataPoint({ indexes: [event], blobs: [event, reason, route], doubles: [1, ms] });
  } catch {
    // A failure to record an event must not affect the request.
  }
}
