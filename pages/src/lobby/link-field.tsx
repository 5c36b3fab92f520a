/** The link of a new room: a suggestion if left blank, the availability of the typed one, and free alternatives. */

import { controlProps, Field } from './field.tsx';
import type { RoomFormState } from './room-form-state.ts';
import { words } from './words.ts';

export function LinkField({ draft }: { draft: RoomFormState }) {
  const { link, linkBlankHint, linkFree } = words.value;
  const problem = draft.visibleProblem('link');
  const suggested = draft.suggestedLink.value;
  const control = controlProps(draft, 'link');
  return (
    <Field
      id={control.id}
      label={link}
      problem={problem}
      success={draft.isLinkFree && linkFree}
      remedy={draft.isLinkTaken && <FreeLinks draft={draft} />}
    >
      <div class="input link-input">
        <span aria-hidden="true">…/chat/</span>
        <input
          {...control}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder={suggested}
          value={draft.link.value}
          onInput={(event) => draft.setLink(event.currentTarget.value)}
          onBlur={() => {
            // An input method may have produced full-width letters.
            draft.setLink(draft.link.value.normalize('NFKC'));
            control.onBlur();
          }}
        />
      </div>
      {!problem && draft.link.value === '' && <p class="hint">{linkBlankHint}</p>}
    </Field>
  );
}

function FreeLinks({ draft }: { draft: RoomFormState }) {
  return (
    <div class="free-links">
      {draft.availability.freeLinks.value.map((link) => (
        <button
          key={link}
          type="button"
          class="chip"
          onClick={() => {
            draft.link.value = link;
            document.getElementById('make-link')?.focus();
          }}
        >
          {link}
        </button>
      ))}
    </div>
  );
}
