/**
 * Lines for the log, which both the Worker and the objects write: one JSON object an event, so that its fields can be
 * searched. A line never holds what somebody sent or is called: no URL, link, token, name or text.
 */

/** The line of an event. Fields that are undefined are left out. */
export function logLine(event: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ event, ...fields });
}

/** What the runtime says of an error that it made itself, or that it brings from an object (`remote`). */
interface RuntimeError extends Error {
  retryable?: boolean;
  overloaded?: boolean;
  remote?: boolean;
}

/** Calls of the stack that a line keeps. */
const keptCalls = 5;

/**
 * What a line tells of an error: its name and where it was thrown. Its message only where the runtime made it, since
 * others may quote what somebody sent, as that of `JSON.parse` does.
 */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, retryable, overloaded, remote }: RuntimeError = error;
  const isOfRuntime = (retryable || overloaded) && !remote;
  return { error: name, ...(isOfRuntime && { message }), retryable, overloaded, stack: callsOf(error) };
}

/** Where an error came from. The stack begins with the message, of which nothing may be kept. */
function callsOf({ message, stack = '' }: Error): string | undefined {
  const place = stack.indexOf(message);
  const lines = place < 0 ? [] : stack.slice(place + message.length).split('\n');
  const calls = lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
  return calls.length === 0 ? undefined : calls.slice(0, keptCalls).join('\n');
}
