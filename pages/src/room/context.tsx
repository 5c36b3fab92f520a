/** Above the text: the message that is answered, or that one's own words are changed, and why that was refused. */
import { Icon } from '../icon.tsx';
import { IconButton } from '../icon-button.tsx';
import { refusalText } from '../refusal.ts';
import { words } from './words.ts';
import type { Writing } from './writing.ts';

export function Context({ writing }: { writing: Writing }) {
  const { quoted, changing, leave } = words.value;
  const { replyTo, editing, refusal } = writing;
  if (!replyTo.value && !editing.value) return null;
  return (
    <div class="context">
      <Icon name={replyTo.value ? 'reply' : 'edit'} small />
      <span>
        {editing.value ? (
          changing
        ) : (
          <>
            <b>
              <bdi>{replyTo.value?.author.name}</bdi>
            </b>{' '}
            <bdi>{quoted(replyTo.value?.text ?? '')}</bdi>
          </>
        )}
      </span>
      <IconButton icon="close" label={leave} small onPress={() => writing.leave()} />
      {refusal.value && (
        <p class="problem" role="alert">
          {refusalText(refusal.value)}
        </p>
      )}
    </div>
  );
}
