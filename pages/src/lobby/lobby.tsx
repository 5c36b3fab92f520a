/** The lobby: an introduction, the room list, and the form to create a room. */
import { useEffect, useMemo } from 'preact/hooks';
import { SiteHeader } from '../site-header.tsx';
import { CreateRoomForm } from './create-room.tsx';
import { CreateRoomLink, focusCreateRoomForm } from './create-room-link.tsx';
import { RoomFormState } from './room-form-state.ts';
import { RoomList } from './room-list.tsx';
import { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

export function Lobby() {
  const listState = useMemo(() => new RoomListState(), []);
  const draft = useMemo(() => new RoomFormState(), []);
  useEffect(() => listState.start(), [listState]);
  // The form did not exist yet when the browser looked for the fragment's target.
  useEffect(() => {
    if (location.hash === '#make') focusCreateRoomForm();
  }, []);
  const { headline, introduction, createRoom } = words.value;
  return (
    <div class="lobby with-axis">
      <SiteHeader />
      <div class="lobby-grid">
        <main>
          <div class="lobby-intro">
            <h1 class="title">{headline}</h1>
            <p>{introduction}</p>
            <CreateRoomLink class="is-primary create-room-link">{createRoom}</CreateRoomLink>
          </div>
          <RoomList listState={listState} draft={draft} />
        </main>
        <CreateRoomForm draft={draft} />
      </div>
    </div>
  );
}
