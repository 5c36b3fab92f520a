/** Shows the admin token of the room just made, and the key of a private one: once, and closes by its button only. */
import { CopyButton } from '../copy-button.tsx';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { roomPath } from '../service.ts';
import type { MadeRoom } from './draft.ts';
import { words } from './words.ts';

export function AdminToken({ room }: { room: MadeRoom }) {
  const { adminTokenTitle, adminTokenWarning, adminTokenKept, adminTokenNotKept, noted, copyToken } = words.value;
  return (
    <Dialog labelledBy="admin-token" mustAnswer>
      <h2 class="title" id="admin-token">
        {adminTokenTitle}
      </h2>
      <Secret text={room.adminToken} label={copyToken} />
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
      {room.joinKey !== undefined && <JoinKey joinKey={room.joinKey} />}
      <div class="dialog-acts">
        <a class="button is-main" href={roomPath(room.link)}>
          {noted}
        </a>
      </div>
    </Dialog>
  );
}

function JoinKey({ joinKey }: { joinKey: string }) {
  const { joinKeyTitle, joinKeyExplained, copyKey } = words.value;
  return (
    <>
      <h3>{joinKeyTitle}</h3>
      <Secret text={joinKey} label={copyKey} />
      <p>{joinKeyExplained}</p>
    </>
  );
}

function Secret({ text, label }: { text: string; label: string }) {
  return (
    <div class="secret">
      <code>
        <bdi>{text}</bdi>
      </code>
      <CopyButton class="is-small" text={text} label={label} done={words.value.copied} />
    </div>
  );
}
