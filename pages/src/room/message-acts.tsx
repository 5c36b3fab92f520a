/** What can be done with a message: over its corner under a pointer or the keyboard, and in a sheet. */

import type { Message } from '../../../client/index.ts';
import type { IconName } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
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
    <IconButton icon={icon} label={label} small tabIndex={isCurrent ? 0 : -1} onPress={onPress} />
  );
  return (
    <div class="acts">
      {canWrite && act(reply, 'reply', () => view.writing.answer(message))}
      {canWrite && act(stamp, 'stamp', (at) => view.open({ name: 'stamps', message, at }))}
      {act(more, 'more', (at) => view.open({ name: 'message', message, at }))}
    </div>
  );
}
