/** The lobby: what it is, the rooms there are, and beside them the form that makes one. */
import { useEffect, useMemo } from 'preact/hooks';
import { SiteHeader } from '../site-header.tsx';
import { Listing } from './listing.ts';
import { MakeRoom } from './make-room.tsx';
import { RoomList } from './room-list.tsx';
import { words } from './words.ts';

export function Lobby() {
  const listing = useMemo(() => new Listing(), []);
  useEffect(() => listing.open(), [listing]);
  const { headline, introduction, makeRoom } = words.value;
  return (
    <div class="lobby paper">
      <SiteHeader />
      <div class="lobby-grid">
        <main>
          <div class="introduction">
            <h1 class="title">{headline}</h1>
            <p>{introduction}</p>
            <a class="button is-main to-form" href="#make">
              {makeRoom}
            </a>
          </div>
          <RoomList listing={listing} />
        </main>
        <MakeRoom />
      </div>
    </div>
  );
}
