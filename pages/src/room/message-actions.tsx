/** What can be done with a message: over its corner under a pointer or the keyboard, and in a sheet. */

import type { Message } from '../../../client/index.ts';
import type { IconName } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

interface MessageActionsProps {
  view: RoomViewState;
  message: Message;
  /** Whether the keyboard reaches them with Tab; the arrows lead from message to message. */
  isCurrent: boolean;
}

export function MessageActions({ view, message, isCurrent }: MessageActionsProps) {
  const { reply, reaction, more } = words.value;
  const canWrite = view.controller.canWrite.value;
  const actionButton = (label: string, icon: IconName, onPress: (at: Element) => void) => (
    <IconButton icon={icon} label={label} small tabIndex={isCurrent ? 0 : -1} onPress={onPress} />
  );
  return (
    <div class="acts">
      {canWrite && actionButton(reply, 'reply', () => view.composeState.startReply(message))}
      {canWrite && actionButton(reaction, 'stamp', (at) => view.openOverlay({ name: 'stamps', message, anchor: at }))}
      {actionButton(more, 'more', (at) => view.openOverlay({ name: 'message', message, anchor: at }))}
    </div>
  );
}
