/** Server frames as the text that is sent, encoded once for all recipients. */
import { Buffer } from 'node:buffer';
import type { ServerFrame } from '../../../shared/server-frames.ts';

export interface EncodedFrame {
  /** JSON. */
  text: string;
  /** UTF-8 bytes of the text, which count towards the backlog of each recipient. */
  bytes: number;
}

const encoded = (text: string): EncodedFrame => ({ text, bytes: Buffer.byteLength(text) });

export function encodeFrame(frame: ServerFrame): EncodedFrame {
  return encoded(JSON.stringify(frame));
}

/** @returns one `batch` frame that contains the frames, in their order */
export function encodeBatch(frames: readonly EncodedFrame[]): EncodedFrame {
  return encoded(`{"type":"batch","frames":[${frames.map(({ text }) => text).join(',')}]}`);
}
