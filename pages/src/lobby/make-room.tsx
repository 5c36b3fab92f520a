/** The form that makes a room. */
import type { TargetedSubmitEvent } from 'preact';
import { countCharacters, limits } from '../../../client/index.ts';
import { Check } from '../check.tsx';
import { AdminToken } from './admin-token.tsx';
import type { RoomDraft } from './draft.ts';
import { controlOf, Field } from './field.tsx';
import { KeyField } from './key-field.tsx';
import { LinkField } from './link-field.tsx';
import { TagField } from './tag-field.tsx';
import { words } from './words.ts';

export function MakeRoom({ draft }: { draft: RoomDraft }) {
  const { makeRoom, makeRoomHint, make, making, unlisted } = words.value;

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const wrong = await draft.make();
    if (wrong) form.querySelector<HTMLElement>(`#make-${wrong}`)?.focus();
  }

  return (
    <form class="make" id="make" aria-labelledby="make-heading" noValidate onSubmit={submit}>
      <h2 class="title" id="make-heading">
        {makeRoom}
      </h2>
      <p>{makeRoomHint}</p>
      <TitleField draft={draft} />
      <AboutField draft={draft} />
      <LinkField draft={draft} />
      <TagField draft={draft} />
      <Check
        label={unlisted}
        checked={draft.isUnlisted.value}
        isDisabled={draft.isPrivate.value}
        onChange={(checked) => {
          draft.unlisted.value = checked;
        }}
      />
      <KeyField draft={draft} />
      <button type="submit" class="button is-main" aria-disabled={draft.isMaking.value}>
        {draft.isMaking.value ? making : make}
      </button>
      <div aria-live="polite">{draft.refusal.value && <p class="problem">{draft.refusal.value}</p>}</div>
      {draft.made.value && <AdminToken room={draft.made.value} />}
    </form>
  );
}

function TitleField({ draft }: { draft: RoomDraft }) {
  const { value } = draft.title;
  const control = controlOf(draft, 'title');
  const note = `${countCharacters(value)} / ${limits.titleLength}`;
  return (
    <Field id="make-title" label={words.value.title} note={note} problem={draft.shownProblem('title')}>
      <input
        {...control}
        // Nothing is wrong with a title that nobody has begun.
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

function AboutField({ draft }: { draft: RoomDraft }) {
  const { about, optional, charactersLeft } = words.value;
  const left = limits.aboutLength - countCharacters(draft.about.value);
  const note = left <= 100 && left >= 0 ? charactersLeft(left) : optional;
  return (
    <Field id="make-about" label={about} note={note} problem={draft.shownProblem('about')}>
      <textarea
        {...controlOf(draft, 'about')}
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
