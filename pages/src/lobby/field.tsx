/** A labelled field of the form: its label, a note beside it, the control, and what is wrong or right in words. */
import type { ComponentChildren } from 'preact';
import { Icon } from '../icon.tsx';
import type { FieldName, RoomDraft } from './draft.ts';

const problemId = (id: string) => `${id}-problem`;

/** What the controls of all fields have in common. */
export function controlProps(draft: RoomDraft, name: FieldName) {
  const id = `make-${name}`;
  return {
    id,
    'aria-invalid': draft.visibleProblem(name) !== undefined,
    'aria-describedby': problemId(id),
    onBlur: () => draft.touch(name),
  };
}

interface FieldProps {
  /** That of its control. */
  id: string;
  label: string;
  note?: string;
  problem: string | undefined;
  /** What is right with it, where that is worth a word. */
  success?: string | false;
  /** A way out of the problem. */
  remedy?: ComponentChildren;
  children: ComponentChildren;
}

export function Field({ id, label, note, problem, success, remedy, children }: FieldProps) {
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        {note && <span class="field-note">{note}</span>}
      </div>
      {children}
      <div id={problemId(id)} aria-live="polite">
        {problem && (
          <p class="problem">
            <Icon name="alert" small />
            <span>{problem}</span>
          </p>
        )}
        {success && (
          <p class="good">
            <Icon name="check" small />
            <span>{success}</span>
          </p>
        )}
      </div>
      {remedy}
    </div>
  );
}
