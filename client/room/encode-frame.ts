/** Encodes frames for the socket. */
import { countBytes, clientLimits as limits } from '../../shared/client-limits.ts';

/** A frame to the room. The response has the same `ref`. */
export interface OutgoingFrame {
  ref?: string;
  [field: string]: unknown;
}

/** @returns the frame as text; undefined if it has more bytes than the room accepts, which would close the socket */
export function encodeFrame(frame: OutgoingFrame): string | undefined {
  const text = JSON.stringify(frame);
  return countBytes(text) <= limits.socket.frameBytes ? text : undefined;
}
