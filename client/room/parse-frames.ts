/** What comes in over the line, and who is told of it: nothing that is odd on either side breaks the connection. */
import type { ServerBatchFrame, ServerFrame } from '../../shared/frames.ts';

export type SingleFrame = Exclude<ServerFrame, ServerBatchFrame>;

/** The frames in a text, those of a batch one by one; none where it is no frame. */
export function parseFrames(text: string): readonly SingleFrame[] {
  const frame = parseJson(text) as Partial<ServerFrame> | null | undefined;
  if (typeof frame?.type !== 'string') return [];
  return frame.type === 'batch' ? (frame.frames ?? []) : [frame as SingleFrame];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tells a listener, whose fault is its own: it is reported like one of an event listener, and all goes on. */
export function callListener<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value);
  } catch (error) {
    // Node has no `reportError`.
    (globalThis.reportError ?? console.error)(error);
  }
}
