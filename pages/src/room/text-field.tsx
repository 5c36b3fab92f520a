/** A labelled text field of a dialog, with a hint or the number of characters over the limit. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren, TargetedInputEvent } from 'preact';
import { countCharacters } from '../../../client/index.ts';
import { words } from './dialog-words.ts';

export interface TextFieldProps {
  id: string;
  label: string;
  hint?: string;
  text: Signal<string>;
  /** Maximum number of characters. */
  maxLength: number;
  /** Whether the text is invalid for another reason than its length. */
  isInvalid?: boolean;
  /** Number of lines, for a multi-line field. */
  rows?: number;
  isSecret?: boolean;
  /** Controls beside the field. */
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
