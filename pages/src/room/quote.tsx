/** One line of the message being replied to. A press scrolls to it. */
import { useSignal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

interface QuoteProps {
  view: RoomViewState;
  /** Id of the original message. */
  to: number;
  /** Undefined if it is not loaded. */
  original: Message | undefined;
}

export function Quote({ view, to, original }: QuoteProps) {
  const isMissing = useSignal(false);
  const { quoted, unloadedMessage, deletedMessage } = words.value;
  const isDeleted = isMissing.value || original?.deletedAt !== undefined;
  const isHidden = original !== undefined && view.hiddenIds.value.has(original.author.id);
  const text = original?.text.replace(/\s+/gu, ' ');
  return (
    <button
      type="button"
      class="quote"
      onClick={async () => {
        isMissing.value = !(await view.jumpTo(to));
      }}
    >
      <Icon name="reply" small />
      {isDeleted && <span class="quote-text">{deletedMessage}</span>}
      {!isDeleted && (!text || isHidden) && <span class="quote-text">{unloadedMessage}</span>}
      {!isDeleted && text && !isHidden && (
        <>
          <bdi class="quote-author">{original?.author.name}</bdi>
          <span class="quote-text" dir="auto">
            {quoted(text)}
          </span>
        </>
      )}
    </button>
  );
}
