/** The form for the key of a private room. */
import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { limits } from '../../../client/index.ts';
import type { RoomController } from './room-controller.ts';
import { words } from './room-unavailable-words.ts';

interface JoinKeyFormProps {
  controller: RoomController;
  /** The key that the room rejected; undefined if none was sent. */
  rejectedKey: string | undefined;
}

export function JoinKeyForm({ controller, rejectedKey }: JoinKeyFormProps) {
  const key = useSignal(rejectedKey ?? '');
  const input = useRef<HTMLInputElement>(null);
  const isWrong = rejectedKey !== undefined;
  const { joinKeyLabel, enter, wrongKey } = words.value;

  useEffect(() => {
    if (isWrong) input.current?.select();
  }, []);

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = key.value.trim();
    if (text) controller.joinWithKey(text);
  }

  return (
    <form class="key-form" onSubmit={submit}>
      <label for="join-key">{joinKeyLabel}</label>
      <div class="copy-row">
        <input
          ref={input}
          id="join-key"
          class="input"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={limits.joinKey.presentedLength}
          aria-invalid={isWrong}
          aria-describedby="key-problem"
          value={key.value}
          onInput={(event) => {
            key.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button is-primary">
          {enter}
        </button>
      </div>
      <p id="key-problem" class="error" role="alert">
        {isWrong && wrongKey}
      </p>
    </form>
  );
}
