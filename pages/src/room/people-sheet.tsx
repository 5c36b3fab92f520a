/** The participants in a bottom sheet, for rooms too narrow for the panel. */
import { Dialog } from '../dialog.tsx';
import { People } from './people.tsx';
import type { RoomViewState } from './room-view-state.ts';

export function PeopleSheet({ view }: { view: RoomViewState }) {
  const close = () => view.closeOverlay();
  return (
    <Dialog class="sheet" labelledBy="people" onClose={close}>
      <People view={view} onClose={close} />
    </Dialog>
  );
}
