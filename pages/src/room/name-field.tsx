/** The row of the composer that asks for a name: blank is fine. Enter or sending takes it, Escape leaves it. */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { displayName } from '../../../client/index.ts';
import type { Composition } from '../composition.ts';
import { words } from './words.ts';
import type { Writing } from './writing.ts';

interface NameFieldProps {
  writing: Writing;
  selfId: string;
  composition: Composition;
  onDone: () => void;
}

export function NameField({ writing, selfId, composition, onDone }: NameFieldProps) {
  const { yourName, nameIfBlank, nameLooksLikeRole, charactersOver } = words.value;
  const over = -writing.nameLeft.value;
  const problem = over > 0 ? charactersOver(over) : writing.isRoleName.value && nameLooksLikeRole;
  const input = useRef<HTMLInputElement>(null);

  // After a menu that led here has closed, which gives the focus back.
  useEffect(() => {
    if (writing.isRenaming) input.current?.focus();
  }, [writing]);

  function press(event: TargetedKeyboardEvent<HTMLInputElement>) {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      writing.stopNaming();
      onDone();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (!composition.owns(event) && writing.takeName()) onDone();
    }
  }

  return (
    <div class="naming">
      <label for="name">{yourName}</label>
      <input
        ref={input}
        id="name"
        dir="auto"
        autocomplete="nickname"
        enterkeyhint="next"
        aria-invalid={Boolean(problem)}
        aria-describedby="name-problem"
        placeholder={selfId && nameIfBlank(displayName(selfId, undefined))}
        value={writing.name.value}
        onInput={(event) => {
          writing.name.value = event.currentTarget.value;
        }}
        onKeyDown={press}
        onCompositionEnd={composition.end}
      />
      <output id="name-problem" class="counter is-over">
        {problem}
      </output>
    </div>
  );
}
