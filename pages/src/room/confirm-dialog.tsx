/** A dialog that asks before something is done, with a field where there is something to say. */
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
  /** What the button that does it says. */
  confirmLabel: string;
  isDanger?: boolean;
  field?: Pick<TextFieldProps, 'label' | 'note' | 'most' | 'isSecret'> & { isRequired?: boolean };
  /** What has the focus afterwards, where what opened it will be gone. */
  returnFocusTo?: HTMLElement | null;
  /** Does it; gets what stands in the field. */
  onConfirm: (text: string) => Promise<unknown>;
  onClose: () => void;
  children?: ComponentChildren;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, explanation, confirmLabel, isDanger, field, returnFocusTo, onConfirm, onClose, children } = props;
  const text = useSignal('');
  const request = useRequest();
  const isOver = field !== undefined && countCharacters(text.value) > field.most;
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
        <div class="dialog-acts">
          <button type="button" class="button" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button
            type="submit"
            class={`button is-main ${isDanger ? 'is-danger' : ''}`}
            aria-disabled={!canConfirm || request.isPending.value}
          >
            {confirmLabel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
