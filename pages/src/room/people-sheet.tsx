/** Who is here, in a sheet from below where there is no room beside the log. */
import { Dialog } from '../dialog.tsx';
import { People } from './people.tsx';
import type { RoomView } from './view.ts';

export function PeopleSheet({ view }: { view: RoomView }) {
  const close = () => view.close();
  return (
    <Dialog class="sheet" labelledBy="people" onClose={close}>
      <People view={view} onClose={close} />
    </Dialog>
  );
}
