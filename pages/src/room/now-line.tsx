/** Above the composer: who types, and how long one's next message has to wait. */
import { Icon } from '../icon.tsx';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

/** People who are named. */
const named = 2;

export function NowLine({ view }: { view: RoomView }) {
  const { session, writing, hidden } = view;
  const typing = useRoom(session, (state) => state.typing);
  const slowSeconds = useRoom(session, ({ conduct, role }) => (role === 'member' ? conduct.slowSeconds : 0));
  const { listed, andOthers, types, slowMode, nextIn } = words.value;
  const typists = typing.map(({ participant }) => participant).filter(({ id }) => !hidden.value.has(id));
  const names = listed(typists.slice(0, named).map(({ name }) => `\u2068${name}\u2069`));
  const others = typists.length - named;
  const wait = writing.wait.value;
  return (
    <div class="now-line">
      <span class="typing">
        {typists.length > 0 && types(others > 0 ? andOthers(names, others) : names, typists.length)}
      </span>
      {(wait > 0 || slowSeconds > 0) && (
        <span class="slow">
          <Icon name="clock" small />
          <span role="timer">{wait > 0 ? nextIn(wait) : slowMode(slowSeconds)}</span>
        </span>
      )}
    </div>
  );
}
