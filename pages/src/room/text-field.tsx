/** A labelled text field of a dialog: a note beside its label, or how many characters are too many. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren, TargetedInputEvent } from 'preact';
import { countCharacters } from '../../../client/index.ts';
import { words } from './dialog-words.ts';

export interface TextFieldProps {
  id: string;
  label: string;
  hint?: string;
  text: Signal<string>;
  /** Characters. */
  maxLength: number;
  /** Whether it cannot be taken as it is, for another reason than its length. */
  isInvalid?: boolean;
  /** Where it holds several lines. */
  rows?: number;
  isSecret?: boolean;
  /** What stands beside it. */
  children?: ComponentChildren;
}

export function TextField({ id, label, hint, text, maxLength, isInvalid, rows, isSecret, children }: TextFieldProps) {
  const over = countCharacters(text.value) - maxLength;
  const isOver = over > 0;
  const control = {
    id,
    class: isSecret ? 'input is-secret' : 'input',
    dir: 'auto' as const,
    'aria-invalid': isOver || isInvalid === true,
    'aria-describedby': `${id}-note`,
    value: text.value,
    onInput: (event: TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      text.value = event.currentTarget.value;
    },
  };
  return (
    <div class="field">
      <div class="field-header">
        <label for={id}>{label}</label>
        <span id={`${id}-note`} class={isOver || isInvalid ? 'field-note counter is-over' : 'field-note'}>
          {isOver ? words.value.charactersOver(over) : hint}
        </span>
      </div>
      <div class="field-row">
        {rows === undefined ? <input autocomplete="off" {...control} /> : <textarea rows={rows} {...control} />}
        {children}
      </div>
    </div>
  );
}
