/** The composer. The selected key sends, Shift+Enter breaks the line, and an Enter of an input method does neither. */
import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { displayName } from '../../../client/index.ts';
import { Icon } from '../icon.tsx';
import { Composition } from '../ime-composition.ts';
import { lazy } from '../lazy.tsx';
import { Avatar } from './avatar.tsx';
import { ComposerContext } from './composer-context.tsx';
import { ComposerFooter } from './composer-footer.tsx';
import { useFocusHandover } from './focus-handover.ts';
import { NameField } from './name-field.tsx';
import type { RoomViewState } from './room-view-state.ts';
import { StatusLine } from './status-line.tsx';
import { words } from './words.ts';

const ComposerDisabled = lazy(async () => (await import('./composer-disabled.tsx')).ComposerDisabled);

export function Composer({ view }: { view: RoomViewState }) {
  const { controller } = view;
  const reason = controller.sendRestriction.value;
  return (
    <footer class="composer">
      <StatusLine view={view} />
      {reason ? <ComposerDisabled view={view} reason={reason} /> : <MessageForm view={view} />}
    </footer>
  );
}

function MessageForm({ view }: { view: RoomViewState }) {
  const { controller, composeState } = view;
  const composition = useMemo(() => new Composition(), []);
  const textarea = useRef<HTMLTextAreaElement>(null);
  const selfId = controller.selfId.value ?? '';
  const { message, writeMessage, send, save } = words.value;
  const isOver = composeState.charactersRemaining.value < 0;
  useFocusHandover(composeState, textarea);
  const isEditing = composeState.editing.value !== undefined;
  const subject = composeState.replyTo.value ?? composeState.editing.value;

  useEffect(() => {
    if (subject) textarea.current?.focus();
  }, [subject]);

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    void composeState.send();
    textarea.current?.focus();
  }

  function handleKeyDown(event: TargetedKeyboardEvent<HTMLTextAreaElement>) {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    if (composition.isImeEvent(event)) {
      // Some browsers (Safari) send it after the composition has ended, and would insert a line break.
      if (key === 'Enter' && !event.isComposing) event.preventDefault();
      return;
    }
    if (key === 'Escape' && subject) composeState.cancelReplyOrEdit();
    if (key === 'ArrowUp' && composeState.text.value === '' && view.editLastMessage()) event.preventDefault();
    if (key !== 'Enter' || shiftKey) return;
    if (composeState.sendKey.value === 'ctrl' && !ctrlKey && !metaKey) return;
    event.preventDefault();
    void composeState.send();
  }

  return (
    <form aria-label={message} onSubmit={submit}>
      <div class="composer-row">
        <div class="composer-gutter">
          <Avatar
            id={selfId}
            name={composeState.isEditingName.value ? '' : displayName(selfId, controller.name.value)}
          />
        </div>
        <div class="composer-field">
          <ComposerContext composeState={composeState} />
          {composeState.isEditingName.value && (
            <NameField
              composeState={composeState}
              selfId={selfId}
              composition={composition}
              onDone={() => textarea.current?.focus()}
            />
          )}
          <textarea
            ref={textarea}
            // For browsers without `field-sizing: content`.
            rows={composeState.text.value.split('\n').length}
            dir="auto"
            aria-label={message}
            aria-invalid={isOver}
            aria-describedby="counter"
            placeholder={writeMessage}
            enterkeyhint={composeState.sendKey.value === 'enter' ? 'send' : 'enter'}
            value={composeState.text.value}
            onInput={(event) => composeState.setText(event.currentTarget.value)}
            onKeyDown={handleKeyDown}
            onCompositionEnd={composition.end}
          />
        </div>
        <button type="submit" class="button is-primary send" aria-disabled={!composeState.canSend.value}>
          <Icon name={isEditing ? 'check' : 'send'} />
          <span>{isEditing ? save : send}</span>
        </button>
      </div>
      <ComposerFooter controller={controller} composeState={composeState} />
    </form>
  );
}
