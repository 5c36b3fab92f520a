/** What can be done with a message: over its corner under a pointer or the keyboard, and in a sheet. */

import type { Message } from '../../../client/index.ts';
import { Icon, type IconName } from '../icon.tsx';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

interface MessageActsProps {
  view: RoomView;
  message: Message;
  /** Whether the keyboard reaches them with Tab; the arrows lead from message to message. */
  isCurrent: boolean;
}

export function MessageActs({ view, message, isCurrent }: MessageActsProps) {
  const { reply, stamp, more } = words.value;
  const canWrite = view.session.canWrite.value;
  const act = (label: string, icon: IconName, onPress: (at: Element) => void) => (
    <button
      type="button"
      class="button is-icon is-small"
      aria-label={label}
      title={label}
      tabIndex={isCurrent ? 0 : -1}
      onClick={(event) => onPress(event.currentTarget)}
    >
      <Icon name={icon} small />
    </button>
  );
  return (
    <div class="acts">
      {canWrite && act(reply, 'reply', () => view.writing.answer(message))}
      {canWrite && act(stamp, 'stamp', (at) => view.open({ name: 'stamps', message, at }))}
      {act(more, 'more', (at) => view.open({ name: 'message', message, at }))}
    </div>
  );
}
