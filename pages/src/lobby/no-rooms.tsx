/** Stands where no room is: what was looked for, and the ways on from there. */
import type { RoomDraft } from './draft.ts';
import type { Listing } from './listing.ts';
import { ToForm } from './to-form.tsx';
import { words } from './words.ts';

interface NoRoomsProps {
  listing: Listing;
  draft: RoomDraft;
}

export function NoRooms({ listing, draft }: NoRoomsProps) {
  const { noRooms, noRoomsLike, beTheFirst, otherWords, makeRoom, makeRoomLike, showAll } = words.value;
  const { q, tag } = listing.query.value;
  if (!q && !tag) {
    return (
      <div class="rooms-none">
        <h3 class="title">{noRooms}</h3>
        <p>{beTheFirst}</p>
        <ToForm>{makeRoom}</ToForm>
      </div>
    );
  }
  const sought = [q, tag && `#${tag}`].filter(Boolean).join(' ');
  return (
    <div class="rooms-none">
      <h3 class="title">{noRoomsLike(sought)}</h3>
      <p>{otherWords}</p>
      <div class="rooms-ways">
        <ToForm onPress={() => draft.begin(q, tag)}>{q ? makeRoomLike(q) : makeRoom}</ToForm>
        <button type="button" class="button" onClick={() => listing.choose({ q: '', tag: '' })}>
          {showAll}
        </button>
      </div>
    </div>
  );
}
