/**
 * Log lines of the Worker and the objects: one JSON object per event. They never contain user input: no URL, link,
 * token, name or text.
 */

/** Formats the line of an event. Undefined fields are left out. */
export function logLine(event: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ event, ...fields });
}

/** Fields that the runtime adds to its own errors, and to errors that an object threw (`remote`). */
interface RuntimeError extends Error {
  retryable?: boolean;
  overloaded?: boolean;
  remote?: boolean;
}

/** Maximum stack frames per line. */
const maxStackFrames = 5;

/**
 * The loggable fields of an error: its name and stack. The message is included only if the error is the runtime's own,
 * because other messages can quote user input, as those of `JSON.parse` do.
 */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, message, retryable, overloaded, remote }: RuntimeError = error;
  const isFromRuntime = (retryable || overloaded) && !remote;
  return { error: name, ...(isFromRuntime && { message }), retryable, overloaded, stack: stackFrames(error) };
}

/** The stack frames of an error, without the message at the start of the stack. */
function stackFrames({ message, stack = '' }: Error): string | undefined {
  const messageIndex = stack.indexOf(message);
  const lines = messageIndex < 0 ? [] : stack.slice(messageIndex + message.length).split('\n');
  const frames = lines.filter((line) => /^\s+at /.test(line)).map((line) => line.trim());
  return frames.length === 0 ? undefined : frames.slice(0, maxStackFrames).join('\n');
}
