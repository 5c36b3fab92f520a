/** Replaces the list if it has no rooms: the search terms, and the possible next steps. */

import { CreateRoomLink } from './create-room-link.tsx';
import type { RoomFormState } from './room-form-state.ts';
import type { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

interface EmptyListProps {
  listState: RoomListState;
  draft: RoomFormState;
}

export function EmptyList({ listState, draft }: EmptyListProps) {
  const { noRooms, noMatchingRooms, noRoomsHint, noMatchingRoomsHint, createRoom, createRoomTitled, showAll } =
    words.value;
  const { q, tag } = listState.query.value;
  if (!q && !tag) {
    return (
      <div class="rooms-empty">
        <h3 class="title">{noRooms}</h3>
        <p>{noRoomsHint}</p>
        <CreateRoomLink>{createRoom}</CreateRoomLink>
      </div>
    );
  }
  const searchedFor = [q, tag && `#${tag}`].filter(Boolean).join(' ');
  return (
    <div class="rooms-empty">
      <h3 class="title">{noMatchingRooms(searchedFor)}</h3>
      <p>{noMatchingRoomsHint}</p>
      <div class="rooms-empty-actions">
        <CreateRoomLink onPress={() => draft.prefill(q, tag)}>{q ? createRoomTitled(q) : createRoom}</CreateRoomLink>
        <button type="button" class="button" onClick={() => listState.setQuery({ q: '', tag: '' })}>
          {showAll}
        </button>
      </div>
    </div>
  );
}
