/** Above the composer: typing participants, and slow mode with the time until the next message. */
import { Icon } from '../icon.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { useRoomState } from './use-room.ts';
import { words } from './words.ts';

/** Maximum number of people named. */
const maxNames = 2;

export function StatusLine({ view }: { view: RoomViewState }) {
  const { controller, composeState, hiddenIds } = view;
  const typing = useRoomState(controller, (state) => state.typing);
  const slowSeconds = useRoomState(controller, ({ chatSettings, role }) =>
    role === 'member' ? chatSettings.slowSeconds : 0,
  );
  const { joinNames, namesAndOthers, typingIndicator, slowMode, nextMessageIn } = words.value;
  const typists = typing.map(({ participant }) => participant).filter(({ id }) => !hiddenIds.value.has(id));
  const names = joinNames(typists.slice(0, maxNames).map(({ name }) => `\u2068${name}\u2069`));
  const others = typists.length - maxNames;
  const waitSeconds = composeState.secondsUntilSend.value;
  return (
    <div class="status-line">
      <span class="typing">
        {typists.length > 0 && typingIndicator(others > 0 ? namesAndOthers(names, others) : names, typists.length)}
      </span>
      {(waitSeconds > 0 || slowSeconds > 0) && (
        <span class="slow-mode">
          <Icon name="clock" small />
          <span role="timer">{waitSeconds > 0 ? nextMessageIn(waitSeconds) : slowMode(slowSeconds)}</span>
        </span>
      )}
    </div>
  );
}
