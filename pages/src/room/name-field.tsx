/** The name field of the composer. It may stay blank. Enter or sending applies it, Escape cancels. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { displayName } from '../../../client/index.ts';
import type { Composition } from '../ime-composition.ts';
import type { ComposeState } from './compose-state.ts';
import { words } from './words.ts';

interface NameFieldProps {
  composeState: ComposeState;
  selfId: string;
  composition: Composition;
  onDone: () => void;
}

export function NameField({ composeState, selfId, composition, onDone }: NameFieldProps) {
  const { nameLabel, namePlaceholder, nameLooksLikeRole, charactersOver } = words.value;
  const over = -composeState.nameCharactersRemaining.value;
  const problem = over > 0 ? charactersOver(over) : composeState.isRoleName.value && nameLooksLikeRole;
  const input = useRef<HTMLInputElement>(null);

  // In an effect: the menu that opened this field returns the focus when it closes.
  useEffect(() => {
    if (composeState.isRenaming) input.current?.focus();
  }, [composeState]);

  function handleKeyDown(event: TargetedKeyboardEvent<HTMLInputElement>) {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      composeState.cancelNameEdit();
      onDone();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (!composition.isImeEvent(event) && composeState.saveName()) onDone();
    }
  }

  return (
    <div class="name-field">
      <label for="name">{nameLabel}</label>
      <input
        ref={input}
        id="name"
        dir="auto"
        autocomplete="nickname"
        enterkeyhint="next"
        aria-invalid={Boolean(problem)}
        aria-describedby="name-problem"
        placeholder={selfId && namePlaceholder(displayName(selfId, undefined))}
        value={composeState.name.value}
        onInput={(event) => {
          composeState.name.value = event.currentTarget.value;
        }}
        onKeyDown={handleKeyDown}
        onCompositionEnd={composition.end}
      />
      <output id="name-problem" class="counter is-over">
        {problem}
      </output>
    </div>
  );
}
