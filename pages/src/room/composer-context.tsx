/** Above the text field: the message being replied to, or that a message is being edited, and its error. */
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { lazy } from '../lazy.tsx';
import type { ComposeState } from './compose-state.ts';
import { words } from './words.ts';

const EditError = lazy(async () => (await import('./failure-notices.tsx')).EditError);

export function ComposerContext({ composeState }: { composeState: ComposeState }) {
  const { quoted, editingMessage, cancelReplyOrEdit } = words.value;
  const { replyTo, editing, editError } = composeState;
  if (!replyTo.value && !editing.value) return null;
  return (
    <div class="composer-context">
      <Icon name={replyTo.value ? 'reply' : 'edit'} small />
      <span>
        {editing.value ? (
          editingMessage
        ) : (
          <>
            <b>
              <bdi>{replyTo.value?.author.name}</bdi>
            </b>{' '}
            <bdi>{quoted(replyTo.value?.text ?? '')}</bdi>
          </>
        )}
      </span>
      <IconButton icon="close" label={cancelReplyOrEdit} small onPress={() => composeState.cancelReplyOrEdit()} />
      {editError.value && <EditError error={editError.value} />}
    </div>
  );
}
