/** Where one writes: the chosen key sends, Shift+Enter starts a line, and an input method's Enter does neither. */
import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { displayName } from '../../../client/index.ts';
import { Composition } from '../composition.ts';
import { Icon } from '../icon.tsx';
import { lazily } from '../lazily.tsx';
import { ComposerFoot } from './composer-foot.tsx';
import { Context } from './context.tsx';
import { useHandedFocus } from './handed-focus.ts';
import { NameField } from './name-field.tsx';
import { NowLine } from './now-line.tsx';
import { Tile } from './tile.tsx';
import type { RoomView } from './view.ts';
import { words } from './words.ts';

const Silence = lazily(async () => (await import('./silence.tsx')).Silence);

export function Composer({ view }: { view: RoomView }) {
  const { session } = view;
  const reason = session.silence.value;
  return (
    <footer class="composer">
      <NowLine view={view} />
      {reason ? <Silence view={view} reason={reason} /> : <Form view={view} />}
    </footer>
  );
}

function Form({ view }: { view: RoomView }) {
  const { session, writing } = view;
  const composition = useMemo(() => new Composition(), []);
  const textarea = useRef<HTMLTextAreaElement>(null);
  const selfId = session.selfId.value ?? '';
  const { message, writeMessage, send, save } = words.value;
  const isOver = writing.left.value < 0;
  useHandedFocus(writing, textarea);
  const isEditing = writing.editing.value !== undefined;
  const subject = writing.replyTo.value ?? writing.editing.value;

  useEffect(() => {
    if (subject) textarea.current?.focus();
  }, [subject]);

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    void writing.send();
    textarea.current?.focus();
  }

  function press(event: TargetedKeyboardEvent<HTMLTextAreaElement>) {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    if (composition.owns(event)) {
      // Some browsers tell of it when the text is there already, and would start a line.
      if (key === 'Enter' && !event.isComposing) event.preventDefault();
      return;
    }
    if (key === 'Escape' && subject) writing.leave();
    if (key === 'ArrowUp' && writing.text.value === '' && view.changeLast()) event.preventDefault();
    if (key !== 'Enter' || shiftKey) return;
    if (writing.sendKey.value === 'ctrl' && !ctrlKey && !metaKey) return;
    event.preventDefault();
    void writing.send();
  }

  return (
    <form aria-label={message} onSubmit={submit}>
      <div class="composer-row">
        <div class="composer-margin">
          <Tile id={selfId} name={writing.isNaming.value ? '' : displayName(selfId, session.name.value)} />
        </div>
        <div class="composer-field">
          <Context writing={writing} />
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
            // For browsers that do not size a field by what is in it.
            rows={writing.text.value.split('\n').length}
            dir="auto"
            aria-label={message}
            aria-invalid={isOver}
            aria-describedby="counter"
            placeholder={writeMessage}
            enterkeyhint={writing.sendKey.value === 'enter' ? 'send' : 'enter'}
            value={writing.text.value}
            onInput={(event) => writing.write(event.currentTarget.value)}
            onKeyDown={press}
            onCompositionEnd={composition.end}
          />
        </div>
        <button type="submit" class="button is-main send" aria-disabled={!writing.canSend.value}>
          <Icon name={isEditing ? 'check' : 'send'} />
          <span>{isEditing ? save : send}</span>
        </button>
      </div>
      <ComposerFoot session={session} writing={writing} />
    </form>
  );
}
