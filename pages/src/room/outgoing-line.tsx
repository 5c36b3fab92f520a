/** A message of one's own that the room does not have yet: the axis beside it and words below it say how it stands. */
import type { OutgoingMessage } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { refusalReason } from '../refusal.ts';
import { clockTime } from '../times.ts';
import type { Line, Said } from './lines.ts';
import { DateRule, LineMargin, LineWords } from './message-line.tsx';
import { MessageText } from './message-text.tsx';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';

interface OutgoingLineProps {
  line: Line<OutgoingMessage & Said>;
  session: RoomSession;
  isLive: boolean;
}

export function OutgoingLine({ line, session, isLive }: OutgoingLineProps) {
  const { said: message, isFirst, startsDay } = line;
  const { clientId, failure, messageId } = message;
  const state = failure ? 'failed' : messageId === undefined ? 'pending' : 'sent';
  return (
    <>
      {startsDay && <DateRule at={message.createdAt} />}
      <article
        class={`line message is-own is-${state} ${isFirst ? 'is-first' : ''}`}
        aria-label={`${message.author.name} ${clockTime(message.createdAt)}`}
        data-state={state}
      >
        <LineMargin line={line} />
        <LineWords line={line}>
          <MessageText message={message} selfId={undefined} />
          {failure && <Failed clientId={clientId} failure={failure} session={session} />}
          {state === 'pending' && <Pending isLive={isLive} />}
        </LineWords>
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
  session: RoomSession;
}

function Failed({ clientId, failure, session }: FailedProps) {
  const { notSentBecause, sendAgain, discard } = words.value;
  return (
    <div class="fate is-failed">
      <Icon name="alert" small />
      <span role="alert">{notSentBecause(refusalReason(failure.error))}</span>
      <span class="fate-acts">
        <button type="button" class="button is-quiet is-small" onClick={() => session.retry(clientId)}>
          {sendAgain}
        </button>
        <button type="button" class="button is-quiet is-small is-danger" onClick={() => session.discard(clientId)}>
          {discard}
        </button>
      </span>
    </div>
  );
}
