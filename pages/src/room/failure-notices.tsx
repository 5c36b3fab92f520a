/** Notices of failed sends and edits, loaded together with the texts of errors when the first one is shown. */
import type { ApiError, OutgoingMessage } from '../../../client/index.ts';
import { errorText, localizedReason } from '../error-text.ts';
import { Icon } from '../icon.tsx';
import type { RoomController } from './room-controller.ts';
import { words } from './words.ts';

interface SendFailureProps {
  clientId: string;
  failure: NonNullable<OutgoingMessage['failure']>;
  controller: RoomController;
}

/** Below a message that the room rejected: the reason, and buttons to send it again or to discard it. */
export function SendFailure({ clientId, failure, controller }: SendFailureProps) {
  const { sendFailed, resend, discard } = words.value;
  return (
    <div class="send-status is-failed">
      <Icon name="alert" small />
      <span role="alert">{sendFailed(localizedReason(failure.error))}</span>
      <span class="send-status-actions">
        <button type="button" class="button is-quiet is-small" onClick={() => controller.retry(clientId)}>
          {resend}
        </button>
        <button type="button" class="button is-quiet is-small is-danger" onClick={() => controller.discard(clientId)}>
          {discard}
        </button>
      </span>
    </div>
  );
}

/** In the composer: why the edit of a message was rejected. */
export function EditError({ error }: { error: ApiError }) {
  return (
    <p class="error" role="alert">
      {errorText(error)}
    </p>
  );
}
