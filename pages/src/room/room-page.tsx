/** The room page: the room, and the document title with the number of unseen messages. */
import { useComputed, useSignalEffect } from '@preact/signals';
import { Room } from './room.tsx';
import type { RoomViewState } from './room-view-state.ts';

export function RoomPage({ view }: { view: RoomViewState }) {
  const title = useComputed(() => view.controller.state.value.room?.title);
  useSignalEffect(() => {
    const count = view.unread.count.value;
    const name = title.value === undefined ? 'Flexio Chat' : `${title.value} | Flexio Chat`;
    document.title = count > 0 ? `(${count}) ${name}` : name;
  });
  return <Room view={view} backHref="/" />;
}
