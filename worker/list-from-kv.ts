/**
 * The room list without the directory: read from the replicas in KV, in the same order and shape. `isAdmin` is always
 * false. It can be up to a minute old, and up to six minutes in the order of activity, because a message alone does not
 * cause a write to KV.
 */
import type { CallContent, CallInput } from '../shared/call-types.ts';
import { encodeCursor, type ListPosition } from '../shared/cursor.ts';
import { fold } from '../shared/fold.ts';
import { type RoomKeyMetadata, roomKeyPrefix } from '../shared/kv-keys.ts';
import { cutPage } from '../shared/pagination.ts';
import type { ListSort, RoomInfo } from '../shared/room.ts';

/** Response header that is `kv` if the list does not come from the directory. */
export const listSourceHeader = 'X-List-Source';

/** Maximum keys of one bulk read of KV. */
const bulkReadKeys = 100;

interface KvRoom {
  key: string;
  link: string;
  metadata: RoomKeyMetadata;
}

async function readRoomKeys(kv: KVNamespace): Promise<KvRoom[]> {
  const rooms: KvRoom[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: KVNamespaceListResult<RoomKeyMetadata> = await kv.list({ prefix: roomKeyPrefix, cursor });
    for (const { name, metadata } of page.keys) {
      if (metadata) rooms.push({ key: name, link: name.slice(roomKeyPrefix.length), metadata });
    }
    if (page.list_complete) return rooms;
    cursor = page.cursor;
  }
}

async function readValues(kv: KVNamespace, rooms: readonly KvRoom[]): Promise<Map<string, RoomInfo>> {
  const values = new Map<string, RoomInfo>();
  for (let start = 0; start < rooms.length; start += bulkReadKeys) {
    const keys = rooms.slice(start, start + bulkReadKeys).map(({ key }) => key);
    for (const [key, value] of await kv.get<RoomInfo>(keys, 'json')) if (value) values.set(key, value);
  }
  return values;
}

/** Keeps the rooms with the tag and all the words. Reads values only if the metadata is not enough. */
async function filterRooms(
  kv: KVNamespace,
  rooms: KvRoom[],
  tag: string | undefined,
  q: string | undefined,
): Promise<KvRoom[]> {
  const words = fold(q ?? '')
    .split(/\s+/u)
    .filter(Boolean);
  const needingValues = rooms.filter(({ metadata }) => words.length > 0 || (tag !== undefined && !metadata.tags));
  const values = await readValues(kv, needingValues);
  return rooms.filter(({ key, metadata }) => {
    const value = values.get(key);
    const tags = metadata.tags ?? value?.tags ?? [];
    const text = fold([value?.title, value?.about, ...tags].join('\n'));
    return (tag === undefined || tags.includes(tag)) && words.every((word) => text.includes(word));
  });
}

const sortKeys: Record<ListSort, (metadata: RoomKeyMetadata) => number> = {
  new: ({ createdAt }) => -createdAt,
  active: ({ activeAt }) => -activeAt,
  popular: ({ participantCount }) => -participantCount,
};

function isBefore(one: ListPosition, other: ListPosition): boolean {
  return one.key < other.key || (one.key === other.key && one.link < other.link);
}

/** Reads all keys for each page: KV has no index. */
export async function listFromKv(
  kv: KVNamespace,
  { tag, q, sort, after, limit, offset }: CallInput<'listRooms'>['query'],
): Promise<CallContent<'listRooms'>> {
  const listed = (await readRoomKeys(kv)).filter(({ metadata }) => !metadata.unlisted);
  const found = (await filterRooms(kv, listed, tag, q))
    .map((room) => ({ ...room, position: { sort, key: sortKeys[sort](room.metadata), link: room.link } }))
    .sort((one, other) => (isBefore(one.position, other.position) ? -1 : 1));
  const rest = found.filter(({ position }) => after === undefined || isBefore(after, position)).slice(offset);
  const { rows, last } = cutPage(rest, limit);
  const values = await readValues(kv, rows);
  return {
    chats: rows.flatMap(({ key }) => {
      const value = values.get(key);
      return value ? { ...value, isAdmin: false } : [];
    }),
    total: found.length,
    limit,
    offset,
    ...(last && { next: encodeCursor(last.position) }),
  };
}
