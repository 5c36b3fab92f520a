/** The room list: search and filters, the rows, and its footer or empty state. */

import { EmptyList } from './empty-list.tsx';
import type { RoomFormState } from './room-form-state.ts';
import type { RoomListState } from './room-list-state.ts';
import { RoomRow } from './room-row.tsx';
import { SearchBox } from './search-box.tsx';
import { SortTabs } from './sort-tabs.tsx';
import { focusChosenTag, TagFilter } from './tag-filter.tsx';
import { words } from './words.ts';

interface RoomListProps {
  listState: RoomListState;
  draft: RoomFormState;
}

export function RoomList({ listState, draft }: RoomListProps) {
  const { rooms, total, status } = listState;
  const { rooms: heading, roomCount, searchRooms } = words.value;
  const isLoaded = status.value === 'loaded';
  const isFirst = status.value === 'loading' && listState.next.value === undefined;
  const count = roomCount(total.value);
  return (
    <section aria-labelledby="rooms">
      <h2 class="visually-hidden" id="rooms">
        {heading}
      </h2>
      <search class="rooms-bar" aria-label={searchRooms}>
        <SearchBox listState={listState} />
        <TagFilter listState={listState} />
        <div class="rooms-sort">
          <SortTabs listState={listState} />
          <span class="text-tertiary" aria-hidden="true">
            {(isLoaded || rooms.value.length > 0) && count}
          </span>
          <output class="visually-hidden">{isLoaded && count}</output>
        </div>
      </search>
      <ul class="rooms" aria-busy={isFirst}>
        {rooms.value.map((room) => (
          <RoomRow
            key={room.link}
            room={room}
            onTag={(tag) => {
              listState.setQuery({ tag });
              focusChosenTag();
            }}
          />
        ))}
      </ul>
      {isLoaded && rooms.value.length === 0 ? (
        <EmptyList listState={listState} draft={draft} />
      ) : (
        <RoomListFooter listState={listState} />
      )}
    </section>
  );
}

function RoomListFooter({ listState }: { listState: RoomListState }) {
  const { roomsLoadFailed, retry, more, loadingRooms, shownOfTotal } = words.value;
  const { status, rooms, total, next } = listState;
  const isLoading = status.value === 'loading';
  const shown = rooms.value.length;
  if (status.value === 'failed') {
    return (
      <div class="rooms-footer" role="alert">
        <p>{roomsLoadFailed}</p>
        <button type="button" class="button" onClick={() => listState.loadMore()}>
          {retry}
        </button>
      </div>
    );
  }
  if (shown === 0) return <p class="rooms-footer is-delayed text-tertiary">{loadingRooms}</p>;
  if (next.value === undefined) return null;
  return (
    <div class="rooms-footer">
      <button type="button" class="button" aria-disabled={isLoading} onClick={() => isLoading || listState.loadMore()}>
        {more}
      </button>
      <span class="text-tertiary">{isLoading ? loadingRooms : shownOfTotal(shown, total.value)}</span>
    </div>
  );
}
