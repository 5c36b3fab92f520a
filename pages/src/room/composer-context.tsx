/** Above the text: the message that is answered, or that one's own words are changed, and why that was refused. */

import { errorText } from '../error-text.ts';
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import type { ComposeState } from './compose-state.ts';
import { words } from './words.ts';

export function ComposerContext({ composeState }: { composeState: ComposeState }) {
  const { quoted, editingMessage, cancelReplyOrEdit } = words.value;
  const { replyTo, editing, editError } = composeState;
  if (!replyTo.value && !editing.value) return null;
  return (
    <div class="context">
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
      {editError.value && (
        <p class="problem" role="alert">
          {errorText(editError.value)}
        </p>
      )}
    </div>
  );
}
