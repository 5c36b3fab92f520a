/** The list of rooms: finding some, the rows, and what stands behind them or in their place. */
import type { RoomDraft } from './draft.ts';
import type { Listing } from './listing.ts';
import { NoRooms } from './no-rooms.tsx';
import { RoomRow } from './room-row.tsx';
import { SearchBox } from './search-box.tsx';
import { SortTabs } from './sort-tabs.tsx';
import { focusChosenTag, TagFilter } from './tag-filter.tsx';
import { words } from './words.ts';

interface RoomListProps {
  listing: Listing;
  draft: RoomDraft;
}

export function RoomList({ listing, draft }: RoomListProps) {
  const { rooms, total, status } = listing;
  const { rooms: heading, roomCount, searchRooms } = words.value;
  const isLoaded = status.value === 'loaded';
  const isFirst = status.value === 'loading' && listing.next.value === undefined;
  const count = roomCount(total.value);
  return (
    <section aria-labelledby="rooms">
      <h2 class="unseen" id="rooms">
        {heading}
      </h2>
      <search class="rooms-bar" aria-label={searchRooms}>
        <SearchBox listing={listing} />
        <TagFilter listing={listing} />
        <div class="rooms-order">
          <SortTabs listing={listing} />
          <span class="quiet" aria-hidden="true">
            {(isLoaded || rooms.value.length > 0) && count}
          </span>
          <output class="unseen">{isLoaded && count}</output>
        </div>
      </search>
      <ul class="rooms" aria-busy={isFirst}>
        {rooms.value.map((room) => (
          <RoomRow
            key={room.link}
            room={room}
            onTag={(tag) => {
              listing.choose({ tag });
              focusChosenTag();
            }}
          />
        ))}
      </ul>
      {isLoaded && rooms.value.length === 0 ? (
        <NoRooms listing={listing} draft={draft} />
      ) : (
        <RoomsEnd listing={listing} />
      )}
    </section>
  );
}

function RoomsEnd({ listing }: { listing: Listing }) {
  const { roomsFailed, retry, more, loadingRooms, shownOf } = words.value;
  const { status, rooms, total, next } = listing;
  const isLoading = status.value === 'loading';
  const shown = rooms.value.length;
  if (status.value === 'failed') {
    return (
      <div class="rooms-end" role="alert">
        <p>{roomsFailed}</p>
        <button type="button" class="button" onClick={() => listing.more()}>
          {retry}
        </button>
      </div>
    );
  }
  if (shown === 0) return <p class="rooms-end is-late quiet">{loadingRooms}</p>;
  if (next.value === undefined) return null;
  return (
    <div class="rooms-end">
      <button type="button" class="button" aria-disabled={isLoading} onClick={() => isLoading || listing.more()}>
        {more}
      </button>
      <span class="quiet">{isLoading ? loadingRooms : shownOf(shown, total.value)}</span>
    </div>
  );
}
