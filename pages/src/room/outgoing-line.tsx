/** A message that the room has not stored yet. The line beside it and the text below show its status. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { clockTime } from '../date-format.ts';
import { Icon } from '../icon.tsx';
import { lazy } from '../lazy.tsx';
import type { GroupedLine, GroupedMessage } from './message-groups.ts';
import { DateDivider, LineBody, LineGutter } from './message-line.tsx';
import { MessageText } from './message-text.tsx';
import type { RoomController } from './room-controller.ts';
import { words } from './words.ts';

const SendFailure = lazy(async () => (await import('./failure-notices.tsx')).SendFailure);

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
        class={`log-row message is-own is-${state} ${isGroupStart ? 'is-first' : ''}`}
        aria-label={`${message.author.name} ${clockTime(message.createdAt)}`}
        data-state={state}
      >
        <LineGutter line={line} />
        <LineBody line={line}>
          <MessageText message={message} selfId={undefined} />
          {failure && <SendFailure clientId={clientId} failure={failure} controller={controller} />}
          {state === 'pending' && <Pending isLive={isLive} />}
        </LineBody>
      </article>
    </>
  );
}

function Pending({ isLive }: { isLive: boolean }) {
  const { sending, queued } = words.value;
  return (
    <p class="send-status">
      <Icon name="clock" small />
      {isLive ? sending : queued}
    </p>
  );
}
