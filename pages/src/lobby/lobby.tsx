/** The lobby: what it is, the rooms there are, and beside them the form that makes one. */
import { useEffect, useMemo } from 'preact/hooks';
import { SiteHeader } from '../site-header.tsx';
import { RoomDraft } from './draft.ts';
import { Listing } from './listing.ts';
import { MakeRoom } from './make-room.tsx';
import { RoomList } from './room-list.tsx';
import { enterForm, ToForm } from './to-form.tsx';
import { words } from './words.ts';

export function Lobby() {
  const listing = useMemo(() => new Listing(), []);
  const draft = useMemo(() => new RoomDraft(), []);
  useEffect(() => listing.open(), [listing]);
  // The form was not there yet when the browser looked for it.
  useEffect(() => {
    if (location.hash === '#make') enterForm();
  }, []);
  const { headline, introduction, makeRoom } = words.value;
  return (
    <div class="lobby paper">
      <SiteHeader />
      <div class="lobby-grid">
        <main>
          <div class="introduction">
            <h1 class="title">{headline}</h1>
            <p>{introduction}</p>
            <ToForm class="is-main to-form">{makeRoom}</ToForm>
          </div>
          <RoomList listing={listing} draft={draft} />
        </main>
        <MakeRoom draft={draft} />
      </div>
    </div>
  );
}
