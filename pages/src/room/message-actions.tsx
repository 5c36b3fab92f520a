/** The action buttons of a message, shown on hover and keyboard focus. The last one opens the menu. */
import type { Message } from '../../../client/index.ts';
import type { IconName } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

interface MessageActionsProps {
  view: RoomViewState;
  message: Message;
  /** Whether they are in the tab order. Arrow keys move between messages. */
  isCurrent: boolean;
}

export function MessageActions({ view, message, isCurrent }: MessageActionsProps) {
  const { reply, reaction, more } = words.value;
  const canWrite = view.controller.canWrite.value;
  const actionButton = (label: string, icon: IconName, onPress: (anchor: Element) => void) => (
    <IconButton icon={icon} label={label} small tabIndex={isCurrent ? 0 : -1} onPress={onPress} />
  );
  return (
    <div class="message-actions">
      {canWrite && actionButton(reply, 'reply', () => view.composeState.startReply(message))}
      {canWrite &&
        actionButton(reaction, 'reaction', (anchor) => view.openOverlay({ name: 'reactions', message, anchor }))}
      {actionButton(more, 'more', (anchor) => view.openOverlay({ name: 'message', message, anchor }))}
    </div>
  );
}
