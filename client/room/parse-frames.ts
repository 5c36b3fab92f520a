/** Decodes the texts that the socket receives. */
import type { ServerBatchFrame, ServerFrame } from '../../shared/server-frames.ts';

export type SingleFrame = Exclude<ServerFrame, ServerBatchFrame>;

/** @returns the frames in a text: those of a batch one by one; none if the text is not a frame */
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
