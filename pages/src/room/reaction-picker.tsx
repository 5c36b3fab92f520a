/** The six reactions to choose from. */
import { language } from '../language.ts';
import {
  hasReacted,
  ReactionSeal,
  type ReactionsProps,
  reactionName,
  reactionSeals,
  toggleReaction,
} from './reactions.tsx';
import { words } from './words.ts';

export function ReactionPicker({ view, message }: ReactionsProps) {
  return (
    <fieldset class="reaction-picker" aria-label={words.value.reaction}>
      {[...reactionSeals.keys()].map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={hasReacted(message, emoji)}
          onClick={() => {
            toggleReaction(view, message, emoji);
            view.closeOverlay();
          }}
        >
          <ReactionSeal emoji={emoji} />
          <span class={language.value === 'ja' ? undefined : 'visually-hidden'}>{reactionName(emoji)}</span>
        </button>
      ))}
    </fieldset>
  );
}
