/** A labelled form field: label, hint, control, and a message about its problem or success. */
import type { ComponentChildren } from 'preact';
import { Icon } from '../icon.tsx';
import type { FieldName, RoomFormState } from './room-form-state.ts';

const problemId = (id: string) => `${id}-problem`;

/** @returns the props that the controls of all fields share */
export function controlProps(draft: RoomFormState, name: FieldName) {
  const id = `make-${name}`;
  return {
    id,
    'aria-invalid': draft.visibleProblem(name) !== undefined,
    'aria-describedby': problemId(id),
    onBlur: () => draft.touch(name),
  };
}

interface FieldProps {
  /** The id of the control. */
  id: string;
  label: string;
  hint?: string;
  problem: string | undefined;
  /** A message of success, if there is one. */
  success?: string | false;
  /** Controls that offer a solution to the problem. */
  remedy?: ComponentChildren;
  children: ComponentChildren;
}

export function Field({ id, label, hint, problem, success, remedy, children }: FieldProps) {
  return (
    <div class="field">
      <div class="field-header">
        <label for={id}>{label}</label>
        {hint && <span class="field-note">{hint}</span>}
      </div>
      {children}
      <div id={problemId(id)} aria-live="polite">
        {problem && (
          <p class="error">
            <Icon name="alert" small />
            <span>{problem}</span>
          </p>
        )}
        {success && (
          <p class="success">
            <Icon name="check" small />
            <span>{success}</span>
          </p>
        )}
      </div>
      {remedy}
    </div>
  );
}
