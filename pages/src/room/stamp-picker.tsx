/** The six stamps to choose from. */
import { language } from '../language.ts';
import { isMine, nameOf, Seal, type StampsProps, seals, toggle } from './stamps.tsx';
import { words } from './words.ts';

export function StampPicker({ view, message }: StampsProps) {
  return (
    <fieldset class="picker" aria-label={words.value.stamp}>
      {[...seals.keys()].map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={isMine(message, emoji)}
          onClick={() => {
            toggle(view, message, emoji);
            view.close();
          }}
        >
          <Seal emoji={emoji} />
          <span class={language.value === 'ja' ? undefined : 'unseen'}>{nameOf(emoji)}</span>
        </button>
      ))}
    </fieldset>
  );
}
