/** The copy of a room's metadata in KV: under which key, with what beside it. The value is `RoomInfo` as JSON. */
import { countBytes, limits } from './limits.ts';
import type { RoomInfo } from './room.ts';

/** The document's `chat:{link}`. */
export function roomKey(link: string): string {
  return `${roomKeyPrefix}${link}`;
}

/** What all keys of rooms begin with. */
export const roomKeyPrefix = 'chat:';

/** What filtering and ordering need without reading the value. */
export interface RoomKeyMetadata {
  createdAt: number;
  activeAt: number;
  participantCount: number;
  /** Orders the writes of one room. */
  revision: number;
  unlisted: boolean;
  /** Absent when they do not fit: then the value has to be read. */
  tags?: string[];
}

/** The metadata of a room's key, within KV's bound. */
export function roomKeyMetadata(room: RoomInfo, more: Omit<RoomKeyMetadata, keyof RoomInfo>): RoomKeyMetadata {
  const least = { createdAt: room.createdAt, participantCount: room.participantCount, ...more };
  const whole = { ...least, tags: room.tags };
  return countBytes(JSON.stringify(whole)) <= limits.kvMetadataBytes ? whole : least;
}
