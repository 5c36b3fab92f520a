/** The tags of a new room as chips: Enter or a comma adds one, Backspace in the empty field removes the last. */
import type { TargetedInputEvent, TargetedKeyboardEvent } from 'preact';
import { useMemo } from 'preact/hooks';
import { limits } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { Composition } from '../ime-composition.ts';
import { controlProps, Field } from './field.tsx';
import type { RoomFormState } from './room-form-state.ts';
import { words } from './words.ts';

export function TagField({ draft }: { draft: RoomFormState }) {
  const composition = useMemo(() => new Composition(), []);
  const { tags, addTag, removeTag, tagsHint } = words.value;
  const chosenTags = draft.tags.value;
  const problem = draft.visibleProblem('tags');

  function handleInput(event: TargetedInputEvent<HTMLInputElement>) {
    const { value } = event.currentTarget;
    draft.tagText.value = value;
    if (!event.isComposing && /[,、，]/u.test(value)) draft.addTags(value);
  }

  function handleKeyDown(event: TargetedKeyboardEvent<HTMLInputElement>) {
    const text = draft.tagText.value;
    const last = chosenTags.at(-1);
    if (event.key === 'Enter' && (text !== '' || composition.isImeEvent(event))) {
      event.preventDefault();
      if (!composition.isImeEvent(event)) draft.addTags(text);
    } else if (event.key === 'Backspace' && text === '' && last !== undefined) {
      draft.removeTag(last);
    }
  }

  const control = controlProps(draft, 'tags');
  return (
    <Field id="make-tags" label={tags} hint={`${chosenTags.length} / ${limits.room.tags}`} problem={problem}>
      <div class="input tag-input">
        {chosenTags.map((tag) => (
          <span class="chip" key={tag}>
            <bdi>{tag}</bdi>
            <button type="button" aria-label={removeTag(tag)} onClick={() => draft.removeTag(tag)}>
              <Icon name="close" small />
            </button>
          </span>
        ))}
        <input
          {...control}
          dir="auto"
          autocomplete="off"
          placeholder={chosenTags.length === 0 ? addTag : undefined}
          value={draft.tagText.value}
          onInput={handleInput}
          onKeyDown={handleKeyDown}
          onCompositionEnd={composition.end}
          onBlur={() => {
            draft.addTags(draft.tagText.value);
            control.onBlur();
          }}
        />
      </div>
      {!problem && <p class="hint">{tagsHint}</p>}
    </Field>
  );
}
