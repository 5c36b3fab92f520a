/** The link of a new room: a suggestion if left alone, and free ones if it is taken. */

import type { RoomDraft } from './draft.ts';
import { controlOf, Field } from './field.tsx';
import { words } from './words.ts';

export function LinkField({ draft }: { draft: RoomDraft }) {
  const { link, linkIfBlank } = words.value;
  const problem = draft.shownProblem('link');
  const suggested = draft.suggestedLink.value;
  const isTaken = draft.link.value !== '' && draft.link.value === draft.takenLink.value;
  return (
    <Field id="make-link" label={link} problem={problem} remedy={isTaken && <FreeLinks draft={draft} />}>
      <div class="input link-input">
        <span aria-hidden="true">…/chat/</span>
        <input
          {...controlOf(draft, 'link')}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder={suggested}
          value={draft.link.value}
          onInput={(event) => {
            draft.link.value = event.currentTarget.value.trim();
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
      {draft.freeLinks.value.map((link) => (
        <button
          key={link}
          type="button"
          class="chip"
          onClick={() => {
            draft.link.value = link;
          }}
        >
          {link}
        </button>
      ))}
    </div>
  );
}
