/** All that can be done with a message. */
import { useSignal } from '@preact/signals';
import type { Message } from '../../../client/index.ts';
import { Menu, MenuItem } from '../menu.tsx';
import { roomAddress } from '../service.ts';
import { words } from './dialog-words.ts';
import { StampPicker } from './stamp-picker.tsx';
import { useRoom } from './use-room.ts';
import type { RoomView } from './view.ts';

interface MessageMenuProps {
  view: RoomView;
  message: Message;
  at: Element;
}

export function MessageMenu({ view, message: opened, at }: MessageMenuProps) {
  const text = words.value;
  const { session } = view;
  // As it is by now, if it is still loaded.
  const message = useRoom(session, ({ messages }) => messages.find(({ id }) => id === opened.id)) ?? opened;
  const copied = useSignal<{ what: 'text' | 'link'; answer: string } | undefined>(undefined);
  const canWrite = session.canWrite.value;
  const isOwn = message.author.id === session.selfId.value;
  const isSeen = !view.hidden.value.has(message.author.id);

  async function copy(what: 'text' | 'link', content: string) {
    // Where the page is not secure there is no clipboard.
    const done = await navigator.clipboard?.writeText(content).then(
      () => true,
      () => false,
    );
    copied.value = { what, answer: done ? text.copied : text.notCopied };
  }

  const answer = (what: 'text' | 'link') => (copied.value?.what === what ? copied.value.answer : undefined);

  const then = (act: () => void) => () => {
    view.close();
    act();
  };

  return (
    <Menu label={text.message} at={at} onClose={() => view.close()}>
      <p class="menu-said" dir="auto">
        {text.quoted(message.text)}
      </p>
      {canWrite && <StampPicker view={view} message={message} />}
      <hr />
      {canWrite && <MenuItem icon="reply" label={text.reply} onPress={then(() => view.writing.answer(message))} />}
      <MenuItem icon="copy" label={answer('text') ?? text.copyText} onPress={() => void copy('text', message.text)} />
      <MenuItem
        icon="link"
        label={answer('link') ?? text.copyMessageLink}
        onPress={() => void copy('link', `${roomAddress(session.link)}#m${message.id}`)}
      />
      {isOwn && canWrite && (
        <MenuItem icon="edit" label={text.change} onPress={then(() => view.writing.change(message))} />
      )}
      {!isOwn && (
        <MenuItem
          icon="people"
          label={text.actsFor(message.author.name)}
          onPress={() => view.open({ name: 'person', person: message.author, at })}
        />
      )}
      {!isOwn && (
        <MenuItem
          icon="hide"
          label={isSeen ? text.hidePerson(message.author.name) : text.showPerson(message.author.name)}
          onPress={then(() => view.hide(message.author.id, isSeen))}
        />
      )}
      {!isOwn && session.selfId.value && (
        <MenuItem icon="flag" label={text.report} onPress={() => view.open({ name: 'report', message })} />
      )}
      {(isOwn || session.isModerator.value) && session.selfId.value && (
        <MenuItem
          icon="trash"
          label={text.remove}
          isDanger
          onPress={() => view.open({ name: 'delete-message', message, at })}
        />
      )}
    </Menu>
  );
}

/** The stamps alone, from a message's corner. */
export function StampMenu({ view, message, at }: MessageMenuProps) {
  return (
    <Menu label={words.value.stamp} at={at} onClose={() => view.close()}>
      <StampPicker view={view} message={message} />
    </Menu>
  );
}
