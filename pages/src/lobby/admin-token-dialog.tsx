/** Shows the admin token of a new room, and the key of a private one, once. Only its button closes the dialog. */
import { CopyButton } from '../copy-button.tsx';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icon.tsx';
import { roomPath } from '../service-urls.ts';
import type { CreatedRoom } from './room-form-state.ts';
import { words } from './words.ts';

export function AdminTokenDialog({ room }: { room: CreatedRoom }) {
  const { adminTokenTitle, adminTokenWarning, adminTokenSaved, adminTokenNotSaved, continueToRoom, copyToken } =
    words.value;
  return (
    <Dialog labelledBy="admin-token" mustAnswer>
      <h2 class="title" id="admin-token">
        {adminTokenTitle}
      </h2>
      <CopyableSecret text={room.adminToken} label={copyToken} />
      <p class="warning">{adminTokenWarning}</p>
      {room.isTokenSaved ? (
        <p class="success">
          <Icon name="check" small />
          <span>{adminTokenSaved}</span>
        </p>
      ) : (
        <p class="error">
          <Icon name="alert" small />
          <span>{adminTokenNotSaved}</span>
        </p>
      )}
      {room.joinKey !== undefined && <JoinKeySection joinKey={room.joinKey} />}
      <div class="dialog-actions">
        <a class="button is-primary" href={roomPath(room.link)}>
          {continueToRoom}
        </a>
      </div>
    </Dialog>
  );
}

function JoinKeySection({ joinKey }: { joinKey: string }) {
  const { joinKeyTitle, joinKeyHelp, copyKey } = words.value;
  return (
    <>
      <h3>{joinKeyTitle}</h3>
      <CopyableSecret text={joinKey} label={copyKey} />
      <p>{joinKeyHelp}</p>
    </>
  );
}

function CopyableSecret({ text, label }: { text: string; label: string }) {
  return (
    <div class="secret">
      <code>
        <bdi>{text}</bdi>
      </code>
      <CopyButton class="is-small" text={text} label={label} doneLabel={words.value.copied} />
    </div>
  );
}
