/**
 * Events that are counted, where the service has somewhere to count them (Analytics Engine). Like a line of the log, an
 * event never holds what somebody sent or is called.
 */

/** What is counted. */
export type EventName = 'room_created' | 'refusal' | 'error';

/** What is known of an event. */
export interface EventDetails {
  /** The code of a refusal; of an error, the event of its line in the log. */
  reason?: string | undefined;
  /** The pattern of a path. */
  route?: string | undefined;
  /** Milliseconds until the answer began. */
  ms?: number | undefined;
}

/** Where events go: Analytics Engine has this form. */
export interface EventSink {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** Notes an event: blobs are its name, reason and route, doubles the number 1 and the milliseconds. */
export function recordEvent(
  sink: EventSink | undefined,
  event: EventName,
  { reason = '', route = '', ms = 0 }: EventDetails = {},
): void {
  try {
    sink?.writeDataPoint({ indexes: [event], blobs: [event, reason, route], doubles: [1, ms] });
  } catch {
    // What is counted must not suffer from the counting.
  }
}
