/**
 * What stands in KV: of a room, under which key and with what beside it (the value is `RoomInfo` as JSON); of a user,
 * under which key (the value is the list of their sessions).
 */
import { countBytes, limits } from './limits.ts';
import type { RoomInfo } from './room.ts';

/** The document's `chat:{link}`. */
export function roomKey(link: string): string {
  return `${roomKeyPrefix}${link}`;
}

/** The second document's `user:chat:{userId}`, in a namespace of its own. */
export function userKey(userId: string): string {
  return `user:chat:${userId}`;
}

/** What all keys of rooms begin with. */
export const roomKeyPrefix = 'chat:';

/** The value of a private room's key: that the link exists, so that the operator can have every room report again. */
export interface PrivateRoomStub {
  link: string;
  private: true;
}

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
export function roomKeyMetadata(room: RoomInfo, extra: Omit<RoomKeyMetadata, keyof RoomInfo>): RoomKeyMetadata {
  const withoutTags = { createdAt: room.createdAt, participantCount: room.participantCount, ...extra };
  const withTags = { ...withoutTags, tags: room.tags };
  return countBytes(JSON.stringify(withTags)) <= limits.kvMetadataBytes ? withTags : withoutTags;
}
