/** The message to which one replies: one line, which leads to it. */
import { useSignal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { words } from './words.ts';

interface QuoteProps {
  view: RoomViewState;
  /** The id of the original. */
  to: number;
  /** Absent where it is not loaded. */
  original: Message | undefined;
}

export function Quote({ view, to, original }: QuoteProps) {
  const isMissing = useSignal(false);
  const { quoted, unloadedMessage, deletedMessage } = words.value;
  const isGone = isMissing.value || original?.deletedAt !== undefined;
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
      {isGone && <span class="quote-said">{deletedMessage}</span>}
      {!isGone && (!text || isHidden) && <span class="quote-said">{unloadedMessage}</span>}
      {!isGone && text && !isHidden && (
        <>
          <bdi class="quote-from">{original?.author.name}</bdi>
          <span class="quote-said" dir="auto">
            {quoted(text)}
          </span>
        </>
      )}
    </button>
  );
}
