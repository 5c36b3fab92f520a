/** The two copies of a room's metadata: its row in the directory, and its key in KV. */
import { type PrivateRoomStub, roomKey, roomKeyMetadata } from '../../../shared/kv-keys.ts';
import type { RoomInfo } from '../../../shared/room.ts';
import type { DirectoryUpdate, ListedRoom } from '../../room-directory/update.ts';
import { kvReplica, type Replica } from '../../storage/replica.ts';

/** Where the copies are. */
export interface ReplicaBindings {
  kv: KVNamespace;
  updateDirectory(update: DirectoryUpdate): Promise<void>;
}

/**
 * What the copies may know of a private room: that its link exists. The directory sums up people and messages, of which
 * it tells nobody by room; the salt tells it one room from another under the same link.
 */
export function redactPrivate({ link, salt, participantCount, posted }: ListedRoom): ListedRoom {
  const redacted = { title: '', about: '', tags: [], createdAt: 0, updatedAt: 0, activeAt: 0, adminDigest: '' };
  return { ...redacted, link, salt, participantCount, posted, unlisted: true, isPrivate: true };
}

/** What may stand in KV: no secret, digest or salt, and of a private room nothing. */
function kvRoomInfo(room: ListedRoom): RoomInfo {
  const { link, title, about, tags, createdAt, updatedAt, isPrivate } = room;
  return { link, title, about, tags, createdAt, updatedAt, participantCount: isPrivate ? 0 : room.participantCount };
}

/** The value of a room's key. */
function kvValue({ link, isPrivate }: ListedRoom, info: RoomInfo): RoomInfo | PrivateRoomStub {
  return isPrivate ? { link, private: true } : info;
}

/**
 * @param snapshot the room as it is now, or undefined when there is none
 * @param behindSince since when KV cannot be written, in milliseconds; null where it can
 */
export function replicasOf(
  { kv, updateDirectory }: ReplicaBindings,
  snapshot: () => ListedRoom | undefined,
  behindSince: () => number | null,
): Record<'directory' | 'kv', Replica> {
  const exists = () => snapshot() !== undefined;
  const currentCount = () => snapshot()?.participantCount ?? 0;
  const sendUpdate = (link: string, revision: number) =>
    updateDirectory({ link, revision, room: snapshot() ?? null, behindSince: behindSince() });
  return {
    // The directory goes by the revision, so nothing late can undo what is newer.
    directory: { minGapMs: 0, settleMs: 0, exists, currentCount, put: sendUpdate, remove: sendUpdate },
    kv: {
      ...kvReplica,
      exists,
      currentCount,
      async put(link, revision) {
        const room = snapshot();
        if (!room) return;
        const info = kvRoomInfo(room);
        const metadata = roomKeyMetadata(info, { revision, unlisted: room.unlisted, activeAt: room.activeAt });
        await kv.put(roomKey(link), JSON.stringify(kvValue(room, info)), { metadata });
      },
      remove: (link) => kv.delete(roomKey(link)),
    },
  };
}
