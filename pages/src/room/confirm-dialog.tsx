/** A dialog that asks for confirmation of an action, optionally with a text field. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { countCharacters } from '../../../client/index.ts';
import { Dialog } from '../dialog.tsx';
import { words } from './dialog-words.ts';
import { TextField, type TextFieldProps } from './text-field.tsx';
import { RequestError, useRequest } from './use-request.tsx';

interface ConfirmDialogProps {
  title: string;
  explanation: string;
  /** Label of the button that performs the action. */
  confirmLabel: string;
  isDanger?: boolean;
  field?: Pick<TextFieldProps, 'label' | 'hint' | 'maxLength' | 'isSecret'> & { isRequired?: boolean };
  /** The element to focus after closing, if the one that opened the dialog will be gone. */
  returnFocusTo?: HTMLElement | null;
  /** Performs the action. @param text the trimmed text of the field */
  onConfirm: (text: string) => Promise<unknown>;
  onClose: () => void;
  children?: ComponentChildren;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, explanation, confirmLabel, isDanger, field, returnFocusTo, onConfirm, onClose, children } = props;
  const text = useSignal('');
  const request = useRequest();
  const isOver = field !== undefined && countCharacters(text.value) > field.maxLength;
  const canConfirm = !isOver && !(field?.isRequired && text.value.trim() === '');

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (canConfirm) void request.run(() => onConfirm(text.value.trim()), onClose);
  }

  return (
    <Dialog labelledBy="question" returnFocusTo={returnFocusTo} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 class="title" id="question">
          {title}
        </h2>
        <p class="dialog-text">{explanation}</p>
        {field && <TextField id="answer" text={text} {...field} />}
        {children}
        <RequestError request={request} />
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button
            type="submit"
            class={`button is-primary ${isDanger ? 'is-danger' : ''}`}
            aria-disabled={!canConfirm || request.isPending.value}
          >
            {confirmLabel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
