/** The two copies of a room's metadata: its row in the directory, and its key in KV. */
import { type PrivateRoom, roomKey, roomKeyMetadata } from '../../shared/copies.ts';
import type { RoomInfo } from '../../shared/room.ts';
import type { DirectoryUpdate, ListedRoom } from '../room-directory/update.ts';
import { type Copy, kvCopy } from '../storage/copy.ts';

/** Where the copies are. */
export interface CopyWorld {
  kv: KVNamespace;
  tellDirectory(update: DirectoryUpdate): Promise<void>;
}

/**
 * What the copies may know of a private room: that its link exists. The directory sums up people and messages, of which
 * it tells nobody by room; the salt tells it one room from another under the same link.
 */
export function withhold({ link, salt, participantCount, posted }: ListedRoom): ListedRoom {
  const nothing = { title: '', about: '', tags: [], createdAt: 0, updatedAt: 0, activeAt: 0, adminDigest: '' };
  return { ...nothing, link, salt, participantCount, posted, unlisted: true, isPrivate: true };
}

/** What may stand in KV: no secret, digest or salt, and of a private room nothing. */
function publicInfo(room: ListedRoom): RoomInfo {
  const { link, title, about, tags, createdAt, updatedAt, isPrivate } = room;
  return { link, title, about, tags, createdAt, updatedAt, participantCount: isPrivate ? 0 : room.participantCount };
}

/** The value of a room's key. */
function entryOf({ link, isPrivate }: ListedRoom, info: RoomInfo): RoomInfo | PrivateRoom {
  return isPrivate ? { link, private: true } : info;
}

/**
 * @param snapshot the room as it is now, or undefined when there is none
 * @param behindSince since when KV cannot be written, in milliseconds; null where it can
 */
export function copiesOf(
  { kv, tellDirectory }: CopyWorld,
  snapshot: () => ListedRoom | undefined,
  behindSince: () => number | null,
): Record<'directory' | 'kv', Copy> {
  const exists = () => snapshot() !== undefined;
  const measure = () => snapshot()?.participantCount ?? 0;
  const tell = (link: string, revision: number) =>
    tellDirectory({ link, revision, room: snapshot() ?? null, behindSince: behindSince() });
  return {
    // The directory goes by the revision, so nothing late can undo what is newer.
    directory: { gapMs: 0, settleMs: 0, exists, measure, put: tell, remove: tell },
    kv: {
      ...kvCopy,
      exists,
      measure,
      async put(link, revision) {
        const room = snapshot();
        if (!room) return;
        const info = publicInfo(room);
        const metadata = roomKeyMetadata(info, { revision, unlisted: room.unlisted, activeAt: room.activeAt });
        await kv.put(roomKey(link), JSON.stringify(entryOf(room, info)), { metadata });
      },
      remove: (link) => kv.delete(roomKey(link)),
    },
  };
}
