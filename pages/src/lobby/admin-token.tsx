/** Shows the admin token of the room just made: once, and closes by its button only. */
import { CopyButton } from '../copy-button.tsx';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { roomPath } from '../service.ts';
import type { MadeRoom } from './draft.ts';
import { words } from './words.ts';

export function AdminToken({ room }: { room: MadeRoom }) {
  const { adminTokenTitle, adminTokenWarning, adminTokenKept, adminTokenNotKept, adminTokenNoted, copy, copied } =
    words.value;
  return (
    <Dialog labelledBy="admin-token" mustAnswer>
      <h2 class="title" id="admin-token">
        {adminTokenTitle}
      </h2>
      <code class="secret">{room.adminToken}</code>
      <p class="warning">{adminTokenWarning}</p>
      {room.isKept ? (
        <p class="good">
          <Icon name="check" small />
          <span>{adminTokenKept}</span>
        </p>
      ) : (
        <p class="problem">
          <Icon name="alert" small />
          <span>{adminTokenNotKept}</span>
        </p>
      )}
      <div class="dialog-acts">
        <CopyButton text={room.adminToken} label={copy} done={copied} />
        <a class="button is-main" href={roomPath(room.link)}>
          {adminTokenNoted}
        </a>
      </div>
    </Dialog>
  );
}
