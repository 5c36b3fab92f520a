/** The list of rooms, and what stands in its place while there is none. */

import type { Listing } from './listing.ts';
import { RoomRow } from './room-row.tsx';
import { words } from './words.ts';

export function RoomList({ listing }: { listing: Listing }) {
  const { rooms, total, status, tag } = listing;
  const { rooms: heading, roomCount, loadingRooms, allRooms } = words.value;
  const isEmpty = status.value === 'loaded' && rooms.value.length === 0;
  return (
    <section aria-labelledby="rooms">
      <div class="rooms-bar">
        <h2 id="rooms">{tag.value === undefined ? heading : <bdi>#{tag.value}</bdi>}</h2>
        {tag.value !== undefined && (
          <button type="button" class="button is-quiet is-small" onClick={() => listing.choose(undefined)}>
            {allRooms}
          </button>
        )}
        <output class="rooms-total">
          {status.value === 'loading' && rooms.value.length === 0 && loadingRooms}
          {status.value === 'loaded' && roomCount(total.value)}
        </output>
      </div>
      <ul class="rooms">
        {rooms.value.map((room) => (
          <RoomRow key={room.link} room={room} onTag={(chosen) => listing.choose(chosen)} />
        ))}
      </ul>
      {isEmpty ? <NoRooms listing={listing} /> : <RoomsEnd listing={listing} />}
    </section>
  );
}

function NoRooms({ listing }: { listing: Listing }) {
  const { noRooms, noRoomsWithTag, beTheFirst, makeRoom } = words.value;
  const tag = listing.tag.value;
  return (
    <div class="rooms-none">
      <h3 class="title" dir="auto">
        {tag === undefined ? noRooms : noRoomsWithTag(tag)}
      </h3>
      <p>{beTheFirst}</p>
      <a class="button" href="#make">
        {makeRoom}
      </a>
    </div>
  );
}

function RoomsEnd({ listing }: { listing: Listing }) {
  const { roomsFailed, retry, more, loadingRooms, shownOf } = words.value;
  const { status, rooms, total } = listing;
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
  if (rooms.value.length === 0 || !listing.hasMore) return null;
  const isLoading = status.value === 'loading';
  return (
    <div class="rooms-end">
      <button type="button" class="button" aria-disabled={isLoading} onClick={() => isLoading || listing.more()}>
        {more}
      </button>
      <span class="rooms-total">{isLoading ? loadingRooms : shownOf(rooms.value.length, total.value)}</span>
    </div>
  );
}
