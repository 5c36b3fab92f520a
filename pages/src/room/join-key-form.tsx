/** Asks for the key to a private room. */
import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { limits } from '../../../client/index.ts';
import type { RoomSession } from './session.ts';
import { words } from './words.ts';

export function JoinKeyForm({ session }: { session: RoomSession }) {
  const key = useSignal('');
  // The room said no to a key, not to the want of one.
  const isWrong = session.joinKey !== undefined;
  const { roomKey, enter, wrongKey } = words.value;

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = key.value.trim();
    if (text) session.enterWith(text);
  }

  return (
    <form class="key-form" onSubmit={submit}>
      <label for="join-key">{roomKey}</label>
      <div class="copy-line">
        <input
          id="join-key"
          class="input"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxLength={limits.shownKeyLength}
          aria-invalid={isWrong}
          aria-describedby="key-problem"
          value={key.value}
          onInput={(event) => {
            key.value = event.currentTarget.value;
          }}
        />
        <button type="submit" class="button is-main">
          {enter}
        </button>
      </div>
      <p id="key-problem" class="problem" role="alert">
        {isWrong && wrongKey}
      </p>
    </form>
  );
}
