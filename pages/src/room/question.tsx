/** A dialog that asks before something is done, with a field where there is something to say. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { countCharacters } from '../../../client/index.ts';
import { Dialog } from '../dialog.tsx';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';
import { TextField, type TextFieldProps } from './text-field.tsx';

interface QuestionProps {
  title: string;
  explanation: string;
  /** What the button that does it says. */
  verb: string;
  isDanger?: boolean;
  field?: Pick<TextFieldProps, 'label' | 'note' | 'most' | 'isSecret'> & { isRequired?: boolean };
  /** What has the focus afterwards, where what opened it will be gone. */
  back?: HTMLElement | null;
  /** Does it; gets what stands in the field. */
  onAnswer: (text: string) => Promise<unknown>;
  onClose: () => void;
  children?: ComponentChildren;
}

export function Question(props: QuestionProps) {
  const { title, explanation, verb, isDanger, field, back, onAnswer, onClose, children } = props;
  const text = useSignal('');
  const attempt = useAttempt();
  const isOver = field !== undefined && countCharacters(text.value) > field.most;
  const canAnswer = !isOver && !(field?.isRequired && text.value.trim() === '');

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (canAnswer) void attempt.run(() => onAnswer(text.value.trim()), onClose);
  }

  return (
    <Dialog labelledBy="question" back={back} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 class="title" id="question">
          {title}
        </h2>
        <p class="dialog-text">{explanation}</p>
        {field && <TextField id="answer" text={text} {...field} />}
        {children}
        <Problem attempt={attempt} />
        <div class="dialog-acts">
          <button type="button" class="button" onClick={onClose}>
            {words.value.cancel}
          </button>
          <button
            type="submit"
            class={`button is-main ${isDanger ? 'is-danger' : ''}`}
            aria-disabled={!canAnswer || attempt.isRunning.value}
          >
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
