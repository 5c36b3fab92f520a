/** The form to create a room. */
import type { TargetedSubmitEvent } from 'preact';
import { countCharacters, limits } from '../../../client/index.ts';
import { Checkbox } from '../checkbox.tsx';
import { AdminTokenDialog } from './admin-token-dialog.tsx';
import { controlProps, Field } from './field.tsx';
import { KeyField } from './key-field.tsx';
import { LinkField } from './link-field.tsx';
import type { RoomFormState } from './room-form-state.ts';
import { TagField } from './tag-field.tsx';
import { words } from './words.ts';

export function CreateRoomForm({ draft }: { draft: RoomFormState }) {
  const { createRoom, createRoomHint, createAndEnter, creating, unlisted } = words.value;

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const invalidField = await draft.create();
    if (invalidField) form.querySelector<HTMLElement>(`#make-${invalidField}`)?.focus();
  }

  return (
    <form class="create-room" id="make" aria-labelledby="make-heading" noValidate onSubmit={submit}>
      <h2 class="title" id="make-heading">
        {createRoom}
      </h2>
      <p>{createRoomHint}</p>
      <TitleField draft={draft} />
      <AboutField draft={draft} />
      <LinkField draft={draft} />
      <TagField draft={draft} />
      <Checkbox
        label={unlisted}
        checked={draft.isUnlisted.value}
        isDisabled={draft.isPrivate.value}
        onChange={(checked) => {
          draft.unlisted.value = checked;
        }}
      />
      <KeyField draft={draft} />
      <button type="submit" class="button is-primary" aria-disabled={draft.isCreating.value}>
        {draft.isCreating.value ? creating : createAndEnter}
      </button>
      <div aria-live="polite">{draft.createError.value && <p class="error">{draft.createError.value}</p>}</div>
      {draft.created.value && <AdminTokenDialog room={draft.created.value} />}
    </form>
  );
}

function TitleField({ draft }: { draft: RoomFormState }) {
  const { value } = draft.title;
  const control = controlProps(draft, 'title');
  const hint = `${countCharacters(value)} / ${limits.room.titleLength}`;
  return (
    <Field id="make-title" label={words.value.title} hint={hint} problem={draft.visibleProblem('title')}>
      <input
        {...control}
        // A title that was never entered is not reported yet.
        onBlur={() => value !== '' && control.onBlur()}
        class="input"
        dir="auto"
        autocomplete="off"
        required
        value={value}
        onInput={(event) => {
          draft.title.value = event.currentTarget.value;
        }}
      />
    </Field>
  );
}

function AboutField({ draft }: { draft: RoomFormState }) {
  const { about, optional, charactersLeft } = words.value;
  const left = limits.room.aboutLength - countCharacters(draft.about.value);
  const hint = left <= 100 && left >= 0 ? charactersLeft(left) : optional;
  return (
    <Field id="make-about" label={about} hint={hint} problem={draft.visibleProblem('about')}>
      <textarea
        {...controlProps(draft, 'about')}
        class="input"
        dir="auto"
        rows={2}
        value={draft.about.value}
        onInput={(event) => {
          draft.about.value = event.currentTarget.value;
        }}
      />
    </Field>
  );
}
