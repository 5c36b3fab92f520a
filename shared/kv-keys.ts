/**
 * Keys and metadata in KV (docs/storage-schema.md). The value of a room's key is `RoomInfo` or `PrivateRoomStub` as
 * JSON, that of a user's key the list of their sessions.
 */
import { countBytes, limits } from './limits.ts';
import type { RoomInfo } from './room.ts';

/** `chat:{link}`, as in the Flexio API document. */
export function roomKey(link: string): string {
  return `${roomKeyPrefix}${link}`;
}

/** `user:chat:{userId}`, as in the storage-model document, in a separate namespace. */
export function userKey(userId: string): string {
  return `user:chat:${userId}`;
}

export const roomKeyPrefix = 'chat:';

/** The value of a private room's key. It keeps the link, so that the directory can be rebuilt from KV. */
export interface PrivateRoomStub {
  link: string;
  private: true;
}

/** Metadata of a room's key, which allows filtering and sorting without reading the value. */
export interface RoomKeyMetadata {
  createdAt: number;
  activeAt: number;
  participantCount: number;
  /** Orders the writes of one room. */
  revision: number;
  unlisted: boolean;
  /** Absent if they do not fit into the metadata. */
  tags?: string[];
}

/** Builds the metadata of a room's key, within KV's maximum size. */
export function roomKeyMetadata(room: RoomInfo, extra: Omit<RoomKeyMetadata, keyof RoomInfo>): RoomKeyMetadata {
  const withoutTags = { createdAt: room.createdAt, participantCount: room.participantCount, ...extra };
  const withTags = { ...withoutTags, tags: room.tags };
  return countBytes(JSON.stringify(withTags)) <= limits.replica.kvMetadataBytes ? withTags : withoutTags;
}
