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
const maxStackFrames = 5;

/**
 * What a line tells of an error: its name and where it was thrown. Its message only where the runtime made it, since
 * others may quote what somebody sent, as that of `JSON.parse` does.
 */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, retryable, overloaded, remote }: RuntimeError = error;
  const isFromRuntime = (retryable || overloaded) && !remote;
  return { error: name, ...(isFromRuntime && { message }), retryable, overloaded, stack: stackFrames(error) };
}

/** Where an error came from. The stack begins with the message, of which nothing may be kept. */
function stackFrames({ message, stack = '' }: Error): string | undefined {
  const messageIndex = stack.indexOf(message);
  const lines = messageIndex < 0 ? [] : stack.slice(messageIndex + message.length).split('\n');
  const frames = lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
  return frames.length === 0 ? undefined : frames.slice(0, maxStackFrames).join('\n');
}
