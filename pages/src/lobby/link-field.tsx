/** The link of a new room: a suggestion if left alone; whether the typed one is free, and others if it is taken. */
import type { RoomDraft } from './draft.ts';
import { controlOf, Field } from './field.tsx';
import { words } from './words.ts';

export function LinkField({ draft }: { draft: RoomDraft }) {
  const { link, linkIfBlank, linkFree } = words.value;
  const problem = draft.shownProblem('link');
  const suggested = draft.suggestedLink.value;
  const control = controlOf(draft, 'link');
  return (
    <Field
      id={control.id}
      label={link}
      problem={problem}
      good={draft.isFree && linkFree}
      remedy={draft.isTaken && <FreeLinks draft={draft} />}
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
          onInput={(event) => draft.typeLink(event.currentTarget.value)}
          onBlur={() => {
            // An input method may have left wide letters.
            draft.typeLink(draft.link.value.normalize('NFKC'));
            control.onBlur();
          }}
        />
      </div>
      {!problem && draft.link.value === '' && <p class="hint">{linkIfBlank}</p>}
    </Field>
  );
}

function FreeLinks({ draft }: { draft: RoomDraft }) {
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
