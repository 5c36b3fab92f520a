/** Makes the new room private. A key is generated and can be changed. */
import { limits } from '../../../client/index.ts';
import { Checkbox } from '../checkbox.tsx';
import { controlProps, Field } from './field.tsx';
import type { RoomFormState } from './room-form-state.ts';
import { words } from './words.ts';

export function KeyField({ draft }: { draft: RoomFormState }) {
  const { isPrivate, joinKey } = draft;
  const { inviteOnly, joinKeyLabel, joinKeyHint } = words.value;
  const problem = draft.visibleProblem('key');
  return (
    <>
      <Checkbox
        label={inviteOnly}
        checked={isPrivate.value}
        onChange={(checked) => {
          isPrivate.value = checked;
        }}
      />
      {isPrivate.value && (
        <Field id="make-key" label={joinKeyLabel} problem={problem}>
          <input
            {...controlProps(draft, 'key')}
            class="input is-key"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            value={joinKey.value}
            onInput={(event) => {
              joinKey.value = event.currentTarget.value;
            }}
          />
          {!problem && <p class="hint">{joinKeyHint(limits.joinKey.lengthMin)}</p>}
        </Field>
      )}
    </>
  );
}
