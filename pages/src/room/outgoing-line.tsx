/** A message of one's own that the room does not have yet: the axis beside it and words below it say how it stands. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { clockTime } from '../date-format.ts';
import { localizedReason } from '../error-text.ts';
import { Icon } from '../icon.tsx';
import type { GroupedLine, GroupedMessage } from './message-groups.ts';
import { DateDivider, LineBody, LineGutter } from './message-line.tsx';
import { MessageText } from './message-text.tsx';
import type { RoomController } from './room-controller.ts';
import { words } from './words.ts';

interface OutgoingLineProps {
  line: GroupedLine<OutgoingMessage & GroupedMessage>;
  controller: RoomController;
  isLive: boolean;
}

export function OutgoingLine({ line, controller, isLive }: OutgoingLineProps) {
  const { message, isGroupStart, startsDay } = line;
  const { clientId, failure, messageId } = message;
  const state = failure ? 'failed' : messageId === undefined ? 'pending' : 'sent';
  return (
    <>
      {startsDay && <DateDivider at={message.createdAt} />}
      <article
        class={`line message is-own is-${state} ${isGroupStart ? 'is-first' : ''}`}
        aria-label={`${message.author.name} ${clockTime(message.createdAt)}`}
        data-state={state}
      >
        <LineGutter line={line} />
        <LineBody line={line}>
          <MessageText message={message} selfId={undefined} />
          {failure && <Failed clientId={clientId} failure={failure} controller={controller} />}
          {state === 'pending' && <Pending isLive={isLive} />}
        </LineBody>
      </article>
    </>
  );
}

function Pending({ isLive }: { isLive: boolean }) {
  const { sending, queued } = words.value;
  return (
    <p class="fate">
      <Icon name="clock" small />
      {isLive ? sending : queued}
    </p>
  );
}

interface FailedProps {
  clientId: string;
  failure: NonNullable<OutgoingMessage['failure']>;
  controller: RoomController;
}

function Failed({ clientId, failure, controller }: FailedProps) {
  const { sendFailed, resend, discard } = words.value;
  return (
    <div class="fate is-failed">
      <Icon name="alert" small />
      <span role="alert">{sendFailed(localizedReason(failure.error))}</span>
      <span class="fate-acts">
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
