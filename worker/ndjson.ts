/** The lines of a body of any size, which is never held as a whole. */
import { fail, ok, type Result } from '../shared/failures.ts';
import { limits } from '../shared/limits.ts';

const notUtf8 = fail('bad_encoding').failure.text;
const tooLong = `must be at most ${limits.archiveLineBytes} bytes`;

/** What is said of a line. */
export function lineError(number: number, text: string): string {
  return `Line ${number}: ${text}`;
}

/** A line, and where it stands, from 1. */
export interface NumberedLine {
  number: number;
  text: string;
}

/** Reads the rest of a body and drops it: an answer before its end reaches some clients as a broken connection. */
export async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // It broke: nobody waits for more of it.
  }
}

/** The text of a line; undefined where it is no UTF-8. */
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
 * The lines that are not blank, in order, until one cannot be read or the body breaks: of the last it is not known then
 * whether it is whole.
 */
export async function* readLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Result<NumberedLine>> {
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
      if (bytes > limits.archiveLineBytes) return yield fail('invalid', { text: lineError(number, tooLong) });
      rest = rest.subarray(part.length + 1);
      if (end < 0) continue;
      const line = endLine();
      if (!isBlank(line)) yield line;
    }
  }
  const line = endLine();
  if (!isBlank(line)) yield line;
}
