/** The lobby: what it is, the rooms there are, and beside them the form that makes one. */
import { useEffect, useMemo } from 'preact/hooks';
import { SiteHeader } from '../site-header.tsx';
import { CreateRoomForm } from './create-room.tsx';
import { CreateRoomLink, focusCreateRoomForm } from './create-room-link.tsx';
import { RoomDraft } from './draft.ts';
import { RoomList } from './room-list.tsx';
import { RoomListState } from './room-list-state.ts';
import { words } from './words.ts';

export function Lobby() {
  const listState = useMemo(() => new RoomListState(), []);
  const draft = useMemo(() => new RoomDraft(), []);
  useEffect(() => listState.start(), [listState]);
  // The form was not there yet when the browser looked for it.
  useEffect(() => {
    if (location.hash === '#make') focusCreateRoomForm();
  }, []);
  const { headline, introduction, createRoom } = words.value;
  return (
    <div class="lobby paper">
      <SiteHeader />
      <div class="lobby-grid">
        <main>
          <div class="introduction">
            <h1 class="title">{headline}</h1>
            <p>{introduction}</p>
            <CreateRoomLink class="is-main to-form">{createRoom}</CreateRoomLink>
          </div>
          <RoomList listState={listState} draft={draft} />
        </main>
        <CreateRoomForm draft={draft} />
      </div>
    </div>
  );
}
