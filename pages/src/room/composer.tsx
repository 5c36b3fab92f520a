/** Where one writes: Enter sends, Shift+Enter starts a line, and an input method's Enter does neither. */
import { useComputed } from '@preact/signals';
import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { displayName } from '../../../client/index.ts';
import { Composition } from '../composition.ts';
import { Icon } from '../icon.tsx';
import { NameField } from './name-field.tsx';
import type { RoomSession } from './session.ts';
import { Tile } from './tile.tsx';
import { words } from './words.ts';
import { Writing } from './writing.ts';

export function Composer({ session }: { session: RoomSession }) {
  const writing = useMemo(() => new Writing(session), [session]);
  const composition = useMemo(() => new Composition(), []);
  const textarea = useRef<HTMLTextAreaElement>(null);
  const selfId = useComputed(() => session.state.value.self?.id ?? '').value;
  const { message, writeMessage, send } = words.value;
  const isOver = writing.left.value < 0;

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    writing.send();
    textarea.current?.focus();
  }

  function press(event: TargetedKeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!composition.owns(event)) writing.send();
  }

  return (
    <form class="composer" aria-label={message} onSubmit={submit}>
      <div class="composer-row">
        <div class="composer-margin">
          <Tile id={selfId} name={writing.isNaming.value ? '' : displayName(selfId, session.name.value)} />
        </div>
        <div class="composer-field">
          {writing.isNaming.value && (
            <NameField
              writing={writing}
              selfId={selfId}
              composition={composition}
              onDone={() => textarea.current?.focus()}
            />
          )}
          <textarea
            ref={textarea}
            rows={1}
            dir="auto"
            aria-label={message}
            aria-invalid={isOver}
            aria-describedby="counter"
            placeholder={writeMessage}
            enterkeyhint="send"
            value={writing.text.value}
            onInput={(event) => {
              writing.text.value = event.currentTarget.value;
            }}
            onKeyDown={press}
            onCompositionEnd={composition.end}
          />
        </div>
        <button type="submit" class="button is-main send" aria-disabled={!writing.canSend.value}>
          <Icon name="send" />
          <span>{send}</span>
        </button>
      </div>
      <ComposerFoot session={session} writing={writing} />
    </form>
  );
}

function ComposerFoot({ session, writing }: { session: RoomSession; writing: Writing }) {
  const { keys, changeName, charactersLeft, charactersOver } = words.value;
  const left = writing.left.value;
  const isNear = writing.isNearLimit.value;
  const counter = left < 0 ? charactersOver(-left) : charactersLeft(left);
  const hasName = session.name.value !== undefined && !writing.isNaming.value;
  return (
    <div class={isNear ? 'composer-foot is-urgent' : 'composer-foot'}>
      {hasName && (
        <button type="button" class="button is-quiet is-small" onClick={() => writing.startNaming()}>
          {changeName}
        </button>
      )}
      <span class="composer-keys">{keys}</span>
      <output id="counter" class={left < 0 ? 'counter is-over' : 'counter'}>
        {isNear && counter}
      </output>
    </div>
  );
}
