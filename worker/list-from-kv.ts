/**
 * The list without the directory: read from the copies in KV, in the same order and shape. It knows no admin, and may
 * be up to a minute behind; up to six by activity, since a message alone is hardly worth a write.
 */
import type { CallContent, CallInput } from '../shared/calls.ts';
import { type RoomKeyMetadata, roomKeyPrefix } from '../shared/copies.ts';
import { type ListPosition, toCursor } from '../shared/cursor.ts';
import { fold } from '../shared/fold.ts';
import type { ListSort, RoomInfo } from '../shared/room.ts';

/** Says that a list does not come from the directory, but from `kv`. */
export const listSourceHeader = 'X-List-Source';

/** Values that one call to KV gives. */
const valuesAtOnce = 100;

interface Copy {
  key: string;
  link: string;
  metadata: RoomKeyMetadata;
}

async function allCopies(kv: KVNamespace): Promise<Copy[]> {
  const copies: Copy[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: KVNamespaceListResult<RoomKeyMetadata> = await kv.list({ prefix: roomKeyPrefix, cursor });
    for (const { name, metadata } of page.keys) {
      if (metadata) copies.push({ key: name, link: name.slice(roomKeyPrefix.length), metadata });
    }
    if (page.list_complete) return copies;
    cursor = page.cursor;
  }
}

async function valuesOf(kv: KVNamespace, copies: readonly Copy[]): Promise<Map<string, RoomInfo>> {
  const values = new Map<string, RoomInfo>();
  for (let start = 0; start < copies.length; start += valuesAtOnce) {
    const keys = copies.slice(start, start + valuesAtOnce).map(({ key }) => key);
    for (const [key, value] of await kv.get<RoomInfo>(keys, 'json')) if (value) values.set(key, value);
  }
  return values;
}

/** Leaves those that have the tag and the words; reads values only where the metadata does not say. */
async function filter(
  kv: KVNamespace,
  copies: Copy[],
  tag: string | undefined,
  q: string | undefined,
): Promise<Copy[]> {
  const words = fold(q ?? '')
    .split(/\s+/u)
    .filter(Boolean);
  const unclear = copies.filter(({ metadata }) => words.length > 0 || (tag !== undefined && !metadata.tags));
  const values = await valuesOf(kv, unclear);
  return copies.filter(({ key, metadata }) => {
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

/** A page of the list. */
export async function listFromKv(
  kv: KVNamespace,
  { tag, q, sort, after, limit, offset }: CallInput<'listRooms'>['query'],
): Promise<CallContent<'listRooms'>> {
  const listed = (await allCopies(kv)).filter(({ metadata }) => !metadata.unlisted);
  const found = (await filter(kv, listed, tag, q))
    .map((copy) => ({ ...copy, position: { sort, key: sortKeys[sort](copy.metadata), link: copy.link } }))
    .sort((one, other) => (isBefore(one.position, other.position) ? -1 : 1));
  const rest = found.filter(({ position }) => after === undefined || isBefore(after, position)).slice(offset);
  const page = rest.slice(0, limit);
  const values = await valuesOf(kv, page);
  const last = page.at(-1);
  return {
    chats: page.flatMap(({ key }) => {
      const value = values.get(key);
      return value ? { ...value, isAdmin: false } : [];
    }),
    total: found.length,
    limit,
    offset,
    ...(last && rest.length > page.length && { next: toCursor(last.position) }),
  };
}
