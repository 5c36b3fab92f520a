/** Reads the lines of a body of any size without holding the whole body in memory. */
import { fail, ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';

const notUtf8 = fail('bad_encoding').failure.text;
const tooLong = `must be at most ${limits.archive.lineBytes} bytes`;

/** Text of a failure, with the number of the line. */
export function lineError(number: number, text: string): string {
  return `Line ${number}: ${text}`;
}

/** A line and its number, counted from 1. */
export interface NumberedLine {
  number: number;
  text: string;
}

/** The text of a line, or undefined if it is not UTF-8. */
function decodeLine(parts: readonly Uint8Array[]): string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  try {
    return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
  } catch {
    return undefined;
  }
}

const newLine = 0x0a;

/**
 * Reads the lines that are not blank, in order, until one is too long or not UTF-8 (a failure with the number of the
 * line). If the body is interrupted, the last line is dropped, because it may be incomplete. Releases the body when the
 * iteration ends.
 */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<Result<NumberedLine>> {
  const reader = body.getReader();
  try {
    yield* linesOf(reader);
  } finally {
    reader.releaseLock();
  }
}

async function* linesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Result<NumberedLine>> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const endLine = (): Result<NumberedLine> => {
    const text = decodeLine(parts);
    const line = text === undefined ? fail('bad_encoding', { text: lineError(number, notUtf8) }) : ok({ number, text });
    [parts, bytes] = [[], 0];
    number++;
    return line;
  };
  const isBlank = (line: Result<NumberedLine>) => line.ok && line.value.text.trim() === '';
  for (;;) {
    const chunk = await reader.read().catch(() => undefined);
    if (!chunk) return;
    if (chunk.done) break;
    for (let rest = chunk.value; rest.length > 0; ) {
      const end = rest.indexOf(newLine);
      const part = end < 0 ? rest : rest.subarray(0, end);
      parts.push(part);
      bytes += part.length;
      if (bytes > limits.archive.lineBytes) return yield fail('invalid', { text: lineError(number, tooLong) });
      rest = rest.subarray(part.length + 1);
      if (end < 0) continue;
      const line = endLine();
      if (!isBlank(line)) yield line;
    }
  }
  const line = endLine();
  if (!isBlank(line)) yield line;
}
