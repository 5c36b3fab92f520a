/** The two replicas of a room's metadata: its row in the room directory, and its key in KV. */
import { type PrivateRoomStub, roomKey, roomKeyMetadata } from '../../../shared/kv-keys.ts';
import type { RoomInfo } from '../../../shared/room.ts';
import type { DirectoryUpdate, ListedRoom } from '../../room-directory/update.ts';
import { kvReplica, type Replica } from '../../storage/replica.ts';

export interface ReplicaBindings {
  kv: KVNamespace;
  updateDirectory(update: DirectoryUpdate): Promise<void>;
}

/**
 * A private room as the replicas store it: its link, and the counts that the directory adds to the totals of all rooms,
 * which it does not publish by room. The salt distinguishes it from a later room with the same link.
 */
export function redactPrivate({ link, salt, participantCount, posted }: ListedRoom): ListedRoom {
  const redacted = { title: '', about: '', tags: [], createdAt: 0, updatedAt: 0, activeAt: 0, adminDigest: '' };
  return { ...redacted, link, salt, participantCount, posted, unlisted: true, isPrivate: true };
}

/** The room as KV may store it: without secrets, digests and salt, and without the count of a private room. */
function kvRoomInfo(room: ListedRoom): RoomInfo {
  const { link, title, about, tags, createdAt, updatedAt, isPrivate } = room;
  return { link, title, about, tags, createdAt, updatedAt, participantCount: isPrivate ? 0 : room.participantCount };
}

function kvValue({ link, isPrivate }: ListedRoom, info: RoomInfo): RoomInfo | PrivateRoomStub {
  return isPrivate ? { link, private: true } : info;
}

/**
 * @param snapshot the current room; undefined if there is none
 * @param behindSince since when writes to KV fail, in milliseconds; null if they succeed
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
    // The directory ignores a revision older than its own, so updates may arrive late and need no gap.
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
