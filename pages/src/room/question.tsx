/** A dialog that asks before something is done, with a field where there is something to say. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { countCharacters } from '../../../client/index.ts';
import { Dialog } from '../dialog.tsx';
import { Problem, useAttempt } from './attempt.tsx';
import { words } from './dialog-words.ts';

interface QuestionProps {
  title: string;
  explanation: string;
  /** What the button that does it says. */
  verb: string;
  isDanger?: boolean;
  /** The field, where there is one: at most so many characters. */
  field?: { label: string; note?: string; most: number; isRequired?: boolean; isSecret?: boolean };
  /** Does it; gets what stands in the field. */
  onAnswer: (text: string) => Promise<unknown>;
  onClose: () => void;
  children?: ComponentChildren;
}

export function Question({ title, explanation, verb, isDanger, field, onAnswer, onClose, children }: QuestionProps) {
  const text = useSignal('');
  const attempt = useAttempt();
  const isOver = field !== undefined && countCharacters(text.value) > field.most;
  const canAnswer = !isOver && !(field?.isRequired && text.value.trim() === '');

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (canAnswer) void attempt.run(() => onAnswer(text.value.trim()), onClose);
  }

  return (
    <Dialog labelledBy="question" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 class="title" id="question">
          {title}
        </h2>
        <p class="dialog-text">{explanation}</p>
        {field && (
          <div class="field">
            <div class="field-head">
              <label for="answer">{field.label}</label>
              {field.note && <span class="field-note">{field.note}</span>}
            </div>
            <input
              id="answer"
              class={field.isSecret ? 'input is-secret' : 'input'}
              dir="auto"
              autocomplete="off"
              aria-invalid={isOver}
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value;
              }}
            />
          </div>
        )}
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
